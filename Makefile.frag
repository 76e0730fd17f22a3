# config.m4 adds this to phpize's Makefile. It lists the sources of spread.so, so that `make install`,
# which another user may run, does not build again.
$(phplibdir)/spread.so: $(shell find $(srcdir)/src $(srcdir)/crates -name '*.rs' -o -name Cargo.toml) $(srcdir)/Cargo.toml $(srcdir)/Cargo.lock $(srcdir)/build.rs
	@$(MAKE) --no-print-directory -C $(srcdir) -f GNUmakefile build MODULES="$(phplibdir)" \
		CARGO="$(CARGO)" PHP="$(PHP_EXECUTABLE)" PHP_CONFIG="$(PHP_CONFIG)"
