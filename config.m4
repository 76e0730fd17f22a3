dnl For phpize, and for pie and PECL, which run it. This finds cargo, which builds spread. Makefile.frag
dnl has the rules.

PHP_ARG_ENABLE([spread],
  [whether to build spread],
  [AS_HELP_STRING([--disable-spread],
    [Do not build spread])],
  [yes])

PHP_ARG_WITH([cargo],
  [for cargo],
  [AS_HELP_STRING([--with-cargo=PATH],
    [Path to cargo, Rust's build tool [cargo]])],
  [yes],
  [no])

if test "$PHP_SPREAD" != "no"; then
  if test -x "$PHP_CARGO"; then
    CARGO=$PHP_CARGO
  else
    AC_PATH_PROG([CARGO], [cargo], [no], [$PATH:$HOME/.cargo/bin])
  fi
  if test "$CARGO" = "no"; then
    AC_MSG_ERROR([cargo is missing: install Rust, with rustup for instance, or name it by --with-cargo=PATH])
  fi
  PATH=$PATH:`dirname "$CARGO"`

  spread_wanted=`$SED -n 's/^rust-version = "\(.*\)"/\1/p' "$abs_srcdir/Cargo.toml"`
  AC_MSG_CHECKING([for Rust $spread_wanted or later])
  dnl In the source directory, so that a rust-toolchain file or an override there applies.
  spread_rust=`cd "$abs_srcdir" && rustc --version 2>/dev/null | cut -d' ' -f2`
  AS_VERSION_COMPARE([$spread_rust], [$spread_wanted],
    [AC_MSG_RESULT([$spread_rust])
    AC_MSG_ERROR([Rust ${spread_rust:-(rustc)} is too old or missing: spread needs $spread_wanted])])
  AC_MSG_RESULT([$spread_rust])

  AC_MSG_CHECKING([for what building spread needs])
  if spread_missing=`PHP="$PHP_EXECUTABLE" PHP_CONFIG="$PHP_CONFIG" "$abs_srcdir/scripts/setup" check 2>&1`; then
    AC_MSG_RESULT([yes])
  else
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([$spread_missing])
  fi

  PHP_MODULES='$(phplibdir)/spread.so'
  PHP_SUBST([CARGO])
  PHP_SUBST([PHP_CONFIG])
  PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
fi
