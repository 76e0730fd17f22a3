<?php
/*
 * Certificates for the tests: a CA and leaves of every kind, in a temporary directory that is removed
 * when the process ends. Elliptic curve keys take only milliseconds to generate.
 *
 *     $tls = new Certificates();
 *     $server = serve($handler, ['tls' => $tls->server('good')]);
 *     configure(ca_file: $tls->ca, …);
 */
declare(strict_types=1);

final class Certificates
{
    /** The CA that signed every leaf but `unknown_ca` and the self-signed ones. */
    public readonly string $ca;
    /** A CA that signed only `unknown_ca`. */
    public readonly string $otherCa;
    public readonly string $directory;
    private array $authorities = [];
    private array $files = [];

    public function __construct()
    {
        $this->directory = sys_get_temp_dir() . '/spread-tls-' . bin2hex(random_bytes(6));
        mkdir($this->directory, 0700);
        $owner = getmypid();
        register_shutdown_function(function () use ($owner): void {
            if (getmypid() === $owner) {
                array_map('unlink', $this->files);
                rmdir($this->directory);
            }
        });
        $this->write('openssl.cnf', <<<'CNF'
            [req]
            default_bits = 2048
            distinguished_name = name
            [name]
            [authority]
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign, cRLSign
            subjectKeyIdentifier = hash
            [both]
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign, digitalSignature
            extendedKeyUsage = serverAuth
            subjectAltName = IP:127.0.0.1, DNS:localhost
            [here]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = serverAuth
            subjectAltName = IP:127.0.0.1, DNS:localhost
            [rsa]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature, keyEncipherment
            extendedKeyUsage = serverAuth
            subjectAltName = IP:127.0.0.1, DNS:localhost
            [unnamed]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = serverAuth
            [elsewhere]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = serverAuth
            subjectAltName = DNS:elsewhere.example
            CNF);
        $this->ca = $this->authority('ca', 'Test CA');
        $this->otherCa = $this->authority('other-ca', 'Other test CA');
    }

    /**
     * The `tls` option of serve() for one kind of leaf: `good` (127.0.0.1 and localhost), `expired`,
     * `not_yet` (valid from next year), `wrong_host`, `unknown_ca`, `self_signed`,
     * `self_signed_ca` (a leaf marked as a CA, as openssl's usual one-line command makes it), `rsa` and
     * `p521` (keys of that kind), `version1` (without extensions), `no_san` (a common name alone).
     */
    public function server(string $kind = 'good'): array
    {
        $file = $this->directory . "/$kind.pem";
        if (!isset($this->files[$file])) {
            $this->write("$kind.pem", $this->leaf($kind));
        }
        return ['local_cert' => $file];
    }

    private function leaf(string $kind): string
    {
        $key = match ($kind) {
            'rsa' => openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_RSA, 'private_key_bits' => 2048] + $this->signing('here')),
            'p521' => $this->key('secp521r1'),
            default => $this->key(),
        };
        $request = openssl_csr_new(['commonName' => '127.0.0.1'], $key, $this->signing('here'));
        [$issuer, $issuerKey] = match ($kind) {
            'unknown_ca' => $this->authorities['other-ca'],
            'self_signed', 'self_signed_ca' => [null, $key],
            default => $this->authorities['ca'],
        };
        $section = ['wrong_host' => 'elsewhere', 'self_signed_ca' => 'both', 'no_san' => 'unnamed', 'rsa' => 'rsa'][$kind] ?? 'here';
        $serial = random_int(1, PHP_INT_MAX);
        openssl_x509_export(openssl_csr_sign($request, $issuer, $issuerKey, 30, $this->signing($section), $serial), $pem);
        $pem = match ($kind) {
            'good', 'wrong_host', 'unknown_ca', 'self_signed', 'self_signed_ca', 'rsa', 'p521', 'no_san' => $pem,
            'expired' => self::withValidity($pem, time() - 20 * 86400, time() - 10 * 86400, $issuerKey),
            'not_yet' => self::withValidity($pem, time() + 365 * 86400, time() + 375 * 86400, $issuerKey),
            'version1' => self::withoutExtensions($pem, $issuerKey),
        };
        return $pem . $this->pemOf($key);
    }

    private function authority(string $name, string $commonName): string
    {
        $key = $this->key();
        $request = openssl_csr_new(['commonName' => $commonName], $key, $this->signing('authority'));
        $certificate = openssl_csr_sign($request, null, $key, 30, $this->signing('authority'), random_int(1, PHP_INT_MAX));
        openssl_x509_export($certificate, $pem);
        $this->authorities[$name] = [$certificate, $key];
        return $this->write("$name.pem", $pem);
    }

    /** The file of DH parameters that a server with DHE needs (RFC 7919, ffdhe2048). */
    public function dhParameters(): string
    {
        run([program('openssl'), 'genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048', '-out', $file = "{$this->directory}/dh.pem"]);
        $this->files[$file] ??= $file;
        return $file;
    }

    private function key(string $curve = 'prime256v1'): OpenSSLAsymmetricKey
    {
        return openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => $curve] + $this->signing('here'));
    }

    private function pemOf(OpenSSLAsymmetricKey $key): string
    {
        openssl_pkey_export($key, $pem, null, $this->signing('here'));
        return $pem;
    }

    private function signing(string $section): array
    {
        return ['config' => $this->directory . '/openssl.cnf', 'digest_alg' => 'sha256', 'x509_extensions' => $section];
    }

    private function write(string $name, string $content): string
    {
        $file = $this->directory . "/$name";
        file_put_contents($file, $content);
        return $this->files[$file] = $file;
    }

    /** The same certificate with other dates, signed again: PHP's openssl cannot set them. */
    private static function withValidity(string $pem, int $from, int $to, OpenSSLAsymmetricKey $key): string
    {
        return self::signedAgain($pem, $key, static function (array $fields) use ($from, $to): array {
            preg_match_all('/\x17\x0d(\d{12}Z)/', implode($fields), $dates); // UTCTime: notBefore, notAfter
            return str_replace($dates[1], [gmdate('ymdHis\Z', $from), gmdate('ymdHis\Z', $to)], $fields);
        });
    }

    /** Version 1: PHP and newer OpenSSL programs sign version 3 only. */
    private static function withoutExtensions(string $pem, OpenSSLAsymmetricKey $key): string
    {
        // Without [0], the version, and [3], the extensions.
        return self::signedAgain($pem, $key, static fn (array $fields): array => preg_grep('/^[\xa0\xa3]/', $fields, PREG_GREP_INVERT));
    }

    /** @param Closure(list<string>): array<string> $change of the fields that are signed, in DER */
    private static function signedAgain(string $pem, OpenSSLAsymmetricKey $key, Closure $change): string
    {
        $der = base64_decode(preg_replace('/-----[^-]+-----|\s/', '', $pem));
        [, $at] = self::derHeader($der, 0);
        [$signed, $algorithm] = self::derFields($der, $at);
        [, $at] = self::derHeader($signed, 0);
        $signed = self::derValue("\x30", implode($change(self::derFields($signed, $at))));
        openssl_sign($signed, $signature, $key, OPENSSL_ALGO_SHA256);
        $der = self::derValue("\x30", $signed . $algorithm . self::derValue("\x03", "\0" . $signature));
        return "-----BEGIN CERTIFICATE-----\n" . chunk_split(base64_encode($der), 64, "\n") . "-----END CERTIFICATE-----\n";
    }

    /** @return list<string> the values from this offset on */
    private static function derFields(string $der, int $at): array
    {
        $fields = [];
        while ($at < strlen($der)) {
            [$length, $start] = self::derHeader($der, $at);
            $fields[] = substr($der, $at, $start - $at + $length);
            $at = $start + $length;
        }
        return $fields;
    }

    /** @return array{int, int} length of the value at this offset, offset of its first byte */
    private static function derHeader(string $der, int $at): array
    {
        $length = ord($der[$at + 1]);
        if ($length < 0x80) {
            return [$length, $at + 2];
        }
        $bytes = $length & 0x7f;
        return [(int) hexdec(bin2hex(substr($der, $at + 2, $bytes))), $at + 2 + $bytes];
    }

    private static function derValue(string $tag, string $value): string
    {
        $length = strlen($value);
        if ($length < 0x80) {
            return $tag . chr($length) . $value;
        }
        $bytes = ltrim(pack('N', $length), "\0");
        return $tag . chr(0x80 | strlen($bytes)) . $bytes . $value;
    }
}
