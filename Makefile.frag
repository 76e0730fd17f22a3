# What config.m4 adds to the Makefile of phpize. It names what spread.so is made of, so that
# `make install`, which another user may run, builds nothing again.
$(phplibdir)/spread.so: $(shell find $(srcdir)/src $(srcdir)/crates -name '*.rs' -o -name Cargo.toml) $(srcdir)/Cargo.toml $(srcdir)/Cargo.lock $(srcdir)/build.rs
	@$(MAKE) --no-print-directory -C $(srcdir) -f GNUmakefile build MODULES="$(phplibdir)" \
		CARGO="$(CARGO)" PHP="$(PHP_EXECUTABLE)" PHP_CONFIG="$(PHP_CONFIG)"
