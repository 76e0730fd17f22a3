#!/bin/sh
# Installs the PHP extension spread from the files of a release, and enables it for every SAPI.
#
#   sh install.sh [--php PROGRAM | --all] [--worker] [--from DIRECTORY_OR_URL]
#   sh install.sh --uninstall [--php PROGRAM | --all] [--worker]
#
#   --php PROGRAM   the PHP to install it for [php]; for example /opt/cpanel/ea-php82/root/usr/bin/php
#   --all           every PHP 8 of this machine
#   --worker        also the worker spread-outbox, below /usr/local (PREFIX); it is not started
#   --from          where the files are: a directory or an https URL [this script's directory when it has
#                   SHA256SUMS, else the release]
#   --uninstall     undo all of that
#
# It picks the file for the PHP (version, thread safety, debug), the machine and the C library, compares it with
# SHA256SUMS, and loads it once before it changes anything. Running it again upgrades; settings are kept.
set -eu

# Written by scripts/dist.
VERSION=unreleased
RELEASES=https://github.com/spread/ext-spread/releases/download
PREFIX=${PREFIX:-/usr/local}

stop() {
    echo "install.sh: $1" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# Called in the last line, so that half a download of this script does nothing.
main() {
    [ "$VERSION" != unreleased ] || stop "this is the source of the script: make dist writes dist/install.sh"
    php=${PHP:-php} action=add from='' all='' worker=''
    while [ $# -gt 0 ]; do
        case $1 in
        --php | --from)
            [ $# -gt 1 ] || stop "$1 needs a value"
            if [ "$1" = --php ]; then php=$2; else from=$2; fi
            shift
            ;;
        --all) all=yes ;;
        --worker) worker=yes ;;
        --uninstall) action=remove ;;
        --help)
            sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
            exit
            ;;
        *) stop "unknown option $1; --help lists them" ;;
        esac
        shift
    done
    [ -z "$all" ] || php=$(installed_phps)
    [ -n "$php" ] || stop "found no PHP 8: name it by --php"

    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    umask 022
    known_machine
    # The names of PHP programs hold no spaces.
    for program in $php; do
        ask_php "$program"
        "${action}_extension"
    done
    [ -z "$worker" ] || "${action}_worker"
    restart_hint
}

# One line for each PHP 8: on the PATH, of Debian, of cPanel, of Remi's repository and of Plesk.
installed_phps() {
    for candidate in "$(command -v php || true)" /usr/bin/php8.? /usr/bin/php8? /usr/local/bin/php \
        /opt/cpanel/ea-php8?/root/usr/bin/php /opt/remi/php8?/root/usr/bin/php /opt/plesk/php/8.?/bin/php; do
        [ -x "$candidate" ] || continue
        "$candidate" -n -r 'exit(PHP_MAJOR_VERSION === 8 ? 0 : 1);' 2>/dev/null || continue
        readlink -f "$candidate"
    done | sort -u
}

known_machine() {
    machine=$(uname -m)
    case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) stop "a release has no files for $machine: build spread from source" ;;
    esac
    case $(uname) in
    Linux)
        if ldd --version 2>&1 | grep -qi musl; then
            system=linux-musl
        else
            system=linux-glibc
            glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
            case $glibc in
            2.[0-9] | 2.1? | 2.2[0-7]) stop "glibc $glibc is too old: spread needs 2.28 (AlmaLinux 8, Debian 10)" ;;
            esac
        fi
        ;;
    Darwin) system=darwin-bsdlibc ;;
    *) stop "a release has no files for $(uname)" ;;
    esac
}

# Sets what PHP $1 says of itself: version, suffix of the file's name, and its directories.
ask_php() {
    php=$1
    have "$php" || stop "there is no $php: name your PHP by --php"
    # Plain PHP of any version. Warnings about php.ini would be part of the answer.
    # shellcheck disable=SC2016 # PHP's variables
    answer=$("$php" -d display_errors=stderr -r '
        $scanned = getenv("PHP_INI_SCAN_DIR");
        $directories = array_values(array_filter(explode(":", $scanned === false ? "" : $scanned)));
        echo "build|", PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION, "|", PHP_DEBUG ? "-debug" : "", PHP_ZTS ? "-zts" : "",
            "|", ini_get("extension_dir"), "|", $directories ? $directories[0] : PHP_CONFIG_FILE_SCAN_DIR, "|\n";
    ') || stop "$php does not run"
    answer=$(echo "$answer" | sed -n 's/^build|//p')
    version=$(field 1) suffix=$(field 2) extensions=$(field 3) settings=$(field 4)
    case $version in
    8.[1-9]) ;;
    *) stop "$php is PHP $version: spread needs 8.1 or later; see the polyfill for older ones" ;;
    esac
    case $extensions in
    /*) ;;
    *) stop "extension_dir of $php is $extensions: set it to an absolute path" ;;
    esac
    so=$extensions/spread.so
    # Debian has one directory per SAPI: the settings are in mods-available, and phpenmod links them into each
    # directory. Elsewhere all SAPIs read one directory.
    debian=''
    case $settings in
    /etc/php/"$version"/*) debian=yes ini=/etc/php/$version/mods-available/spread.ini ;;
    ?*) ini=$settings/spread.ini ;;
    *) ini='' ;;
    esac
    [ -z "$debian" ] || have phpenmod || stop "phpenmod is missing"
}

field() {
    echo "$answer" | cut -d'|' -f"$1"
}

# Sets $file to the verified file $1 of the release.
get() {
    if [ -z "$from" ]; then
        from=$RELEASES/$VERSION
        # Piped into sh, it is no file.
        here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
        [ ! -f "$0" ] || [ ! -f "$here/SHA256SUMS" ] || from=$here
    fi
    fetch SHA256SUMS
    expected=$(awk -v name="$1" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
    [ -n "$expected" ] || stop "$from has no $1"
    fetch "$1"
    file=$work/$1
    actual=$(checksum "$file")
    [ "$actual" = "$expected" ] || stop "$1 is not the file of the release: its SHA-256 is $actual instead of $expected"
    rm -rf "$work/unpacked"
    mkdir "$work/unpacked"
    tar -C "$work/unpacked" -xzf "$file"
}

fetch() {
    case $from in
    https://* | http://127.0.0.1:*)
        if have curl; then
            curl -fsSL --retry 2 -o "$work/$1" "$from/$1" || stop "cannot download $from/$1"
        elif have wget; then
            wget -q -O "$work/$1" "$from/$1" || stop "cannot download $from/$1"
        else
            stop "it needs curl or wget"
        fi
        ;;
    *://*) stop "$from is not https" ;;
    *)
        [ -f "$from/$1" ] || stop "there is no $from/$1"
        cp "$from/$1" "$work/$1"
        ;;
    esac
}

checksum() {
    if have sha256sum; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# Written next to the target and renamed: a running PHP keeps the old file mapped, and SELinux sees a file that was
# made in its directory.
put() {
    mkdir -p "$(dirname "$1")" 2>/dev/null || stop "$(dirname "$1") cannot be made: run it as root"
    [ -w "$(dirname "$1")" ] || stop "$(dirname "$1") is not writable: run it as root"
    cat >"$1.new"
    chmod "${2:-644}" "$1.new"
    mv -f "$1.new" "$1"
    echo "$1"
}

# Files of a package are the package's.
not_packaged() {
    if have dpkg-query && owner=$(dpkg-query -S "$1" 2>/dev/null); then
        stop "$1 belongs to the package ${owner%%:*}: use apt"
    elif have rpm && owner=$(rpm -qf "$1" 2>/dev/null); then
        stop "$1 belongs to the package $owner: use dnf"
    fi
}

add_extension() {
    not_packaged "$so"
    get "$(echo "php_spread-${VERSION}_php$version-$machine-$system$suffix.tgz" | tr '[:upper:]' '[:lower:]')"
    "$php" -n -d "extension=$work/unpacked/spread.so" -r 'exit(extension_loaded("spread") ? 0 : 1);' ||
        stop "$php does not load the file; nothing is changed"
    put "$so" <"$work/unpacked/spread.so"
    if [ -z "$ini" ]; then
        echo "$php reads no directory of settings; add to its php.ini: extension=spread.so"
        return
    fi
    # An existing file may contain keys, and another one may load it already.
    [ -e "$ini" ] || [ -n "$(loaded)" ] || add_settings
    # -r: also for SAPIs that are installed later.
    [ -z "$debian" ] || phpenmod -r -v "$version" spread
    [ -n "$(loaded)" ] || stop "$php does not load spread: see $ini"
    echo "spread is enabled in PHP $version"
}

# Keys are added to this file. Debian's PHP servers read it as root, its command line as www-data.
add_settings() {
    printf '; priority=20\nextension=spread.so\n' | put "$ini" "$([ -n "$debian" ] && echo 640 || echo 644)"
    if [ -n "$debian" ] && getent group www-data >/dev/null; then
        chgrp www-data "$ini"
    fi
}

loaded() {
    "$php" -d display_errors=stderr -r 'echo extension_loaded("spread") ? "yes" : "";' 2>/dev/null
}

remove_extension() {
    not_packaged "$so"
    [ ! -e "$so" ] || [ -w "$extensions" ] || stop "$so cannot be removed: run it as root"
    if [ -n "$debian" ] && [ -e "$ini" ]; then
        phpdismod -r -v "$version" spread
    fi
    rm -f "$so"
    [ -z "$ini" ] || rm -f "$ini"
    # The records of phpenmod and phpdismod.
    for state in ${debian:+/var/lib/php/modules/"$version"/*/*abled_by_admin}; do
        rm -f "$state/spread"
        rmdir "$state" 2>/dev/null || true
    done
    if [ -n "$(loaded)" ]; then
        echo "$php still loads spread: remove it from php.ini"
    fi
    echo "spread is removed from PHP $version"
}

worker_files() {
    program=$PREFIX/bin/spread-outbox
    manual=$PREFIX/share/man/man1/spread-outbox.1
    service=$PREFIX/lib/systemd/system/spread-outbox.service
    example=$PREFIX/share/doc/spread-outbox/outbox.conf.example
}

add_worker() {
    worker_files
    get "spread-outbox-$VERSION-$machine-$system.tgz"
    "$work/unpacked/spread-outbox" --version >/dev/null || stop "the worker does not run; it is not installed"
    put "$program" 755 <"$work/unpacked/spread-outbox"
    put "$manual" <"$work/unpacked/spread-outbox.1"
    put "$example" <"$work/unpacked/outbox.conf.example"
    # PHP and the worker write the same file, so they run as one user.
    for user in www-data apache nginx; do
        ! id "$user" >/dev/null 2>&1 || break
    done
    sed "s|^ExecStart=/usr/bin/|ExecStart=$PREFIX/bin/|; s/^\(User\|Group\)=.*/\1=$user/" \
        "$work/unpacked/spread-outbox.service" | put "$service"
    if [ -d /run/systemd/system ]; then
        echo "spread-outbox would run as $user. To start it, write /etc/spread/outbox.conf, then:"
        echo "    systemctl enable --now spread-outbox"
    else
        echo "To start it, run as PHP's user, with the variables of $example:"
        echo "    $program run"
    fi
}

remove_worker() {
    worker_files
    if [ -d /run/systemd/system ]; then
        systemctl disable --now spread-outbox.service 2>/dev/null || true
    fi
    rm -f "$program" "$manual" "$service" "$example"
    rmdir "$(dirname "$example")" 2>/dev/null || true
    echo "spread-outbox is removed"
}

restart_hint() {
    echo "Running PHP processes are unchanged. Restart those that serve the shop (php-fpm, Apache, FrankenPHP)."
}

main "$@"
