<?php
/**
 * Signatures of the PHP extension spread, for IDEs and static analysis. Never load this file: the
 * extension declares the same names, and PHP would stop with a fatal error.
 *
 * Settings (php.ini, per pool or directory, ini_set()), with their defaults:
 *
 *     spread.endpoint = https://social-sb.com/api/updateOrder   ; where orders go, http or https
 *     spread.public_key =            ; the API keys; when empty, the environment variables
 *     spread.private_key =           ; SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY
 *     spread.connect_timeout = 2     ; seconds for DNS, TCP and TLS together, decimals allowed
 *     spread.timeout = 5             ; seconds for the whole call
 *     spread.auth = auto             ; how to send the keys: auto, any, basic, digest
 *     spread.max_redirects = 20      ; redirects and authentication rounds of one call, together
 *     spread.ca_file =               ; PEM file; when empty, openssl.cafile, curl.cainfo, the system's store
 *     spread.proxy =                 ; URL; when empty, https_proxy, http_proxy, all_proxy, no_proxy
 *     spread.error_mode = silent     ; silent, warning or exception
 *     spread.log_failures = 1        ; one line per failure in the log
 *     spread.log =                   ; file or syslog; when empty, PHP's error_log
 *     spread.outbox =                ; sqlite:/path/outbox.db or mysql://user:password@host:3306/database
 *     spread.delivery = direct       ; direct, after_response (when the page has left) or deferred (by the worker)
 *     spread.circuit_breaker = 1     ; hold calls back while SPREAD does not respond
 *     spread.credentials_file =      ; file of public_key:private_key lines, for an outbox of several shops
 */

namespace {

/**
 * Envoie une commande à SPREAD. Si SPREAD connaît déjà son identifiant, la commande est mise à jour.
 *
 * Sends an order to SPREAD. When SPREAD already knows its id, the order is updated.
 *
 * ```php
 * $response = spread_update_order($post_data["data"], $post_data["request"]);
 * $error = spread_last_error();
 * if ($response === false && $error !== null) {
 *     // $error says why, and the log has one line about it
 * }
 * ```
 *
 * Les champs de `$data` / the fields of `$data`:
 *
 * | champ / field | français | English | règle / rule |
 * |---|---|---|---|
 * | `customer_email` | L'adresse e-mail du client, qui l'identifie. | The customer's e-mail address, which identifies them. | an e-mail address; required unless there is external_id, and with consents |
 * | `external_id` | L'identifiant du client dans la boutique. | The customer's id in the shop. | a text; required unless there is customer_email; not 0 |
 * | `customer_cookie` | Le cookie d'authentification du client, s'il est présent. | The customer's authentication cookie, when there is one. | a text |
 * | `customer_name` | Le nom de famille du client. | The customer's last name. | a text |
 * | `customer_firstname` | Le prénom du client. | The customer's first name. | a text |
 * | `customer_isoptin` | L'inscription à la newsletter : 1 inscrit, 0 non inscrit, -1 inconnu. | Opt-in to the newsletter: 1 yes, 0 no, -1 unknown. | 1, 0 or -1 |
 * | `customer_mobile_isoptin` | L'inscription aux SMS : 1 inscrit, 0 non inscrit, -1 inconnu. | Opt-in to text messages: 1 yes, 0 no, -1 unknown. | 1, 0 or -1 |
 * | `customer_gender` | Le genre du client. | The customer's gender. | male or female |
 * | `customer_address` | L'adresse postale, première ligne. | The postal address, first line. | a text |
 * | `customer_address2` | L'adresse postale, deuxième ligne. | The postal address, second line. | a text |
 * | `customer_address_2` | L'adresse postale, deuxième ligne (autre orthographe documentée). | The postal address, second line (the other documented spelling). | a text |
 * | `customer_address3` | L'adresse postale, troisième ligne. | The postal address, third line. | a text |
 * | `customer_address_3` | L'adresse postale, troisième ligne (autre orthographe documentée). | The postal address, third line (the other documented spelling). | a text |
 * | `customer_cp` | Le code postal. | The postal code. | a text |
 * | `customer_city` | La ville. | The city. | a text |
 * | `customer_country` | Le pays. | The country. | a text; an ISO 3166-1 alpha-2 code such as FR |
 * | `customer_tel` | Le numéro de téléphone fixe. | The landline telephone number. | a text |
 * | `customer_mobile` | Le numéro de téléphone mobile. | The mobile telephone number. | a text |
 * | `customer_fonction` | La fonction du client dans son entreprise. | The customer's position in their company. | a text |
 * | `customer_company` | L'entreprise du client. | The customer's company. | a text |
 * | `customer_birthday` | La date de naissance du client. | The customer's date of birth. | a real date as Y-m-d |
 * | `customer_lang` | La langue du client. | The customer's language. | a text; a language and a country such as fr_FR |
 * | `add_tag` | Les tags à ajouter au client. | Tags to add to the customer. | an array of strings, or one string with commas between the tags |
 * | `del_tag` | Les tags à supprimer du client. | Tags to remove from the customer. | an array of strings, or one string with commas between the tags |
 * | `action` | L'action à l'origine de l'appel. | What the call is about. | a text |
 * | `custom_fields` | Les champs personnalisés, par leur identifiant dans le BackOffice. | Custom fields, by their ids in the BackOffice. | an array whose keys are the integer ids of the custom fields |
 * | `consents` | Les consentements, par leur nom technique : 1 ou true accepté, 0 ou false refusé. | Consents, by their technical names: 1 or true given, 0 or false refused. | an array with the names of consents as keys and 1, 0, true or false as values; needs customer_email |
 * | `order_idorder` | L'identifiant unique de la commande dans la boutique. | The order's unique id in the shop. | required; a text |
 * | `order_state` | Le statut : 0 annulée, 10 en attente de paiement, 20 payée, 50 expédiée, 100 terminée. | The state: 0 cancelled, 10 payment pending, 20 paid, 50 shipped, 100 completed. | required; 0, 10, 20, 50 or 100 |
 * | `order_amount` | Le montant de la commande. | The order's amount. | required; a number such as 158.31 |
 * | `order_crea_dt` | La date et l'heure de la commande, en UTC. | When the order was made, in UTC. | required; a real date and time as Y-m-d H:i:s |
 * | `order_start_service` | Le début de la prestation. | The first day of the service. | a real date as Y-m-d |
 * | `order_end_service` | La fin de la prestation. | The last day of the service. | a real date as Y-m-d; not before order_start_service |
 * | `product_attributes` | Les attributs des produits de la commande, une liste par produit. | The attributes of the order's products, one list for each. | a list of lists of strings, one list for each product |
 * | `add_order_tag` | Les tags à ajouter à la commande. | Tags to add to the order. | an array of strings, or one string with commas between the tags |
 * | `del_order_tag` | Les tags à supprimer de la commande. | Tags to remove from the order. | an array of strings, or one string with commas between the tags |
 * | `date` | Accepté par l'API, sans être documenté. | Taken by the API without being documented. | anything |
 * | `group` | Accepté par l'API, sans être documenté. | Taken by the API without being documented. | anything |
 *
 * Les champs de `$request` / the fields of `$request`:
 *
 * | champ / field | français | English | règle / rule |
 * |---|---|---|---|
 * | `order_idorder` | L'identifiant unique de la commande à créer ou à mettre à jour. | The unique id of the order to make or to update. | required; a text; the same as data.order_idorder |
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     customer_gender?: string, customer_address?: string, customer_address2?: string,
 *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
 *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
 *     customer_mobile?: string, customer_fonction?: string, customer_company?: string, customer_birthday?: string,
 *     customer_lang?: string, add_tag?: string|list<string>, del_tag?: string|list<string>, action?: string,
 *     custom_fields?: array<int, mixed>, consents?: array<string, string|int|bool>, order_idorder?: string|int,
 *     order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float, order_crea_dt?: string,
 *     order_start_service?: string, order_end_service?: string, product_attributes?: list<list<string>>,
 *     add_order_tag?: string|list<string>, del_order_tag?: string|list<string>, date?: mixed, group?: mixed
 * } $data
 * @param array{order_idorder?: string|int} $request
 *
 * @return mixed what `json_decode($response, true)` gives; `null` for an empty response, other text
 *     unchanged; `false` on failure. SPREAD's response can itself be `false`, too: then `spread_last_error()`
 *     is `null`
 *
 * @throws \Spread\Exception on failure, only with `spread.error_mode = exception`
 * @throws \ValueError when an array contains itself or nests deeper than 128 levels
 */
function spread_update_order(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): mixed {}

/**
 * Envoie une nouvelle commande à SPREAD.
 *
 * Sends a new order to SPREAD.
 *
 * ```php
 * $response = spread_create_order($post_data["data"], $post_data["request"]);
 * ```
 *
 * L'URL est spread.endpoint avec createOrder comme dernier segment.
 *
 * The URL is spread.endpoint with createOrder as its last segment.
 *
 * @see spread_update_order() for the fields
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     customer_gender?: string, customer_address?: string, customer_address2?: string,
 *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
 *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
 *     customer_mobile?: string, customer_fonction?: string, customer_company?: string, customer_birthday?: string,
 *     customer_lang?: string, add_tag?: string|list<string>, del_tag?: string|list<string>, action?: string,
 *     custom_fields?: array<int, mixed>, consents?: array<string, string|int|bool>, order_idorder?: string|int,
 *     order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float, order_crea_dt?: string,
 *     order_start_service?: string, order_end_service?: string, product_attributes?: list<list<string>>,
 *     add_order_tag?: string|list<string>, del_order_tag?: string|list<string>, date?: mixed, group?: mixed
 * } $data
 * @param array{order_idorder?: string|int} $request
 *
 * @return mixed see spread_update_order()
 *
 * @throws \Spread\Exception on failure, only with `spread.error_mode = exception`
 * @throws \ValueError when an array contains itself or nests deeper than 128 levels
 */
function spread_create_order(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): mixed {}

/**
 * Envoie les modifications d'un compte client à SPREAD.
 *
 * Sends the changes of a customer's account to SPREAD.
 *
 * ```php
 * $response = spread_update_account($post_data["data"]);
 * ```
 *
 * L'URL est spread.endpoint avec updateAccount comme dernier segment.
 *
 * The URL is spread.endpoint with updateAccount as its last segment.
 *
 * @see spread_update_order() for the fields of the customer; those of the order are not for an account
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     customer_gender?: string, customer_address?: string, customer_address2?: string, customer_address_2?: string,
 *     customer_address3?: string, customer_address_3?: string, customer_cp?: string|int, customer_city?: string,
 *     customer_country?: string, customer_tel?: string, customer_mobile?: string, customer_fonction?: string,
 *     customer_company?: string, customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
 *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
 *     consents?: array<string, string|int|bool>, date?: mixed, group?: mixed
 * } $data
 * @param array<string, mixed> $request
 *
 * @return mixed see spread_update_order()
 *
 * @throws \Spread\Exception on failure, only with `spread.error_mode = exception`
 * @throws \ValueError when an array contains itself or nests deeper than 128 levels
 */
function spread_update_account(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): mixed {}

/**
 * Envoie un nouveau compte client à SPREAD.
 *
 * Sends a customer's new account to SPREAD.
 *
 * ```php
 * $response = spread_create_account($post_data["data"]);
 * ```
 *
 * L'URL est spread.endpoint avec createAccount comme dernier segment.
 *
 * The URL is spread.endpoint with createAccount as its last segment.
 *
 * @see spread_update_order() for the fields of the customer; those of the order are not for an account
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     customer_gender?: string, customer_address?: string, customer_address2?: string, customer_address_2?: string,
 *     customer_address3?: string, customer_address_3?: string, customer_cp?: string|int, customer_city?: string,
 *     customer_country?: string, customer_tel?: string, customer_mobile?: string, customer_fonction?: string,
 *     customer_company?: string, customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
 *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
 *     consents?: array<string, string|int|bool>, date?: mixed, group?: mixed
 * } $data
 * @param array<string, mixed> $request
 *
 * @return mixed see spread_update_order()
 *
 * @throws \Spread\Exception on failure, only with `spread.error_mode = exception`
 * @throws \ValueError when an array contains itself or nests deeper than 128 levels
 */
function spread_create_account(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): mixed {}

/**
 * Renvoie le corps exact de la requête, sans rien envoyer : pour le comparer à http_build_query().
 *
 * Returns the exact request body and sends nothing: compare it with http_build_query().
 *
 * ```php
 * $same = spread_encode_order($post_data["data"], $post_data["request"]) === http_build_query($post_data);
 * ```
 *
 * @see spread_update_order() for the fields
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     customer_gender?: string, customer_address?: string, customer_address2?: string,
 *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
 *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
 *     customer_mobile?: string, customer_fonction?: string, customer_company?: string, customer_birthday?: string,
 *     customer_lang?: string, add_tag?: string|list<string>, del_tag?: string|list<string>, action?: string,
 *     custom_fields?: array<int, mixed>, consents?: array<string, string|int|bool>, order_idorder?: string|int,
 *     order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float, order_crea_dt?: string,
 *     order_start_service?: string, order_end_service?: string, product_attributes?: list<list<string>>,
 *     add_order_tag?: string|list<string>, del_order_tag?: string|list<string>, date?: mixed, group?: mixed
 * } $data
 * @param array{order_idorder?: string|int} $request
 *
 * @throws \ValueError when an array contains itself or nests deeper than 128 levels
 */
function spread_encode_order(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): string {}

/**
 * Renvoie les règles documentées que la commande enfreint, sans rien envoyer ; vide si elle n'en enfreint aucune.
 *
 * Returns the documented rules that the order breaks and sends nothing; empty when it breaks none.
 *
 * ```php
 * foreach (spread_validate_order($data, $request) as $finding) {
 *     echo "{$finding['severity']}: {$finding['field']}: {$finding['message']}\n";
 * }
 * ```
 *
 * @see spread_update_order() for the fields
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     customer_gender?: string, customer_address?: string, customer_address2?: string,
 *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
 *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
 *     customer_mobile?: string, customer_fonction?: string, customer_company?: string, customer_birthday?: string,
 *     customer_lang?: string, add_tag?: string|list<string>, del_tag?: string|list<string>, action?: string,
 *     custom_fields?: array<int, mixed>, consents?: array<string, string|int|bool>, order_idorder?: string|int,
 *     order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float, order_crea_dt?: string,
 *     order_start_service?: string, order_end_service?: string, product_attributes?: list<list<string>>,
 *     add_order_tag?: string|list<string>, del_order_tag?: string|list<string>, date?: mixed, group?: mixed
 * } $data
 * @param array{order_idorder?: string|int} $request
 *
 * @return list<array{field: string, rule: string, severity: 'error'|'warning', message: string}>
 */
function spread_validate_order(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): array {}

/**
 * Renvoie les règles documentées que le compte enfreint, sans rien envoyer ; vide s'il n'en enfreint aucune.
 *
 * Returns the documented rules that the account breaks and sends nothing; empty when it breaks none. A field of an
 * order is a warning.
 *
 * ```php
 * $findings = spread_validate_account($data);
 * ```
 *
 * @see spread_update_order() for the fields of the customer; those of the order are not for an account
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     customer_gender?: string, customer_address?: string, customer_address2?: string, customer_address_2?: string,
 *     customer_address3?: string, customer_address_3?: string, customer_cp?: string|int, customer_city?: string,
 *     customer_country?: string, customer_tel?: string, customer_mobile?: string, customer_fonction?: string,
 *     customer_company?: string, customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
 *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
 *     consents?: array<string, string|int|bool>, date?: mixed, group?: mixed
 * } $data
 * @param array<string, mixed> $request
 *
 * @return list<array{field: string, rule: string, severity: 'error'|'warning', message: string}>
 */
function spread_validate_account(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): array {}

/**
 * Renvoie la raison de l'échec du dernier appel de cette requête ; null après un succès.
 *
 * Returns why the last call of this request failed; null after a success.
 *
 * ```php
 * if ($response === false && spread_last_error()?->isRetryable()) {
 *     // the same order can succeed later without a change
 * }
 * ```
 */
function spread_last_error(): ?\Spread\Exception {}

/**
 * Livre les commandes de la boîte d'envoi (spread.outbox), là où spread-outbox ne peut pas tourner : depuis une
 * tâche planifiée, par exemple. Ne commence plus rien après $limit tentatives ou $seconds secondes ; la dernière
 * peut durer spread.timeout de plus.
 *
 * Delivers orders from the outbox (spread.outbox) where spread-outbox cannot run, from a scheduled task for example.
 * It starts nothing after $limit attempts or $seconds seconds; the last attempt may take spread.timeout longer.
 *
 * ```php
 * $done = spread_outbox_drain(500, 50.0);
 * echo $done["delivered"], " delivered, ", $done["pending"], " pending\n";
 * ```
 *
 * @param int $limit the maximum number of attempts, above 0
 * @param float $seconds above 0, at most 86400
 *
 * @return array{delivered: int, failed: int, refused: int, expired: int, pending: int} what this call did
 *     (delivered; failed and pending again; dead-lettered as refused or expired), and how many records are
 *     pending in the outbox now
 *
 * @throws \Spread\ConfigurationException when there is no outbox or it cannot be opened, whatever
 *     spread.error_mode says
 * @throws \Spread\ConnectionException when the outbox fails during the call
 * @throws \ValueError when the limit or the time is out of range
 */
function spread_outbox_drain(int $limit = 100, float $seconds = 10.0): array {}

/**
 * Renvoie l'état de la boîte d'envoi (spread.outbox), comme `spread-outbox status --json` : pour la page de santé de
 * la boutique.
 *
 * Returns the status of the outbox (spread.outbox), as `spread-outbox status --json` prints it: for the shop's own
 * health page.
 *
 * ```php
 * $status = spread_outbox_status();
 * $healthy = ($status["oldest_seconds"] ?? 0) < 900 && $status["refused"] + $status["expired"] === 0;
 * ```
 *
 * @return array{
 *     outbox: string, pending: int, in_flight: int, refused: int, expired: int, oldest_seconds: int|null,
 *     key_pairs: list<array{
 *         endpoint: string, public_key: string, orders: int,
 *         endpoint_circuit: 'closed'|'open'|'half_open', endpoint_probe_in_seconds: int|null,
 *         key_pair_circuit: 'closed'|'open'|'half_open', key_pair_probe_in_seconds: int|null
 *     }>
 * } the outbox without its password; its records by state, those in flight being pending, too; the age of the oldest
 *     pending one; each endpoint and public key with the number of orders that have pending records, and their circuits
 *
 * @throws \Spread\ConfigurationException when there is no outbox or it cannot be opened, whatever
 *     spread.error_mode says
 * @throws \Spread\ConnectionException when the outbox fails during the call
 */
function spread_outbox_status(): array {}

}

namespace Spread {

/**
 * Le même appel pour plusieurs boutiques, ou pour du code qui préfère les exceptions.
 *
 * The same call for several shops, or for code that prefers exceptions.
 *
 * ```php
 * $client = new Spread\Client($publicKey, $privateKey, ['timeout' => 3.0]);
 * try {
 *     $response = $client->updateOrder($post_data["data"], $post_data["request"]);
 * } catch (Spread\Exception $error) {
 *     $later = $error->isRetryable();
 * }
 * ```
 */
final class Client
{
    /**
     * Une option absente prend la valeur actuelle du réglage spread.* du même nom.
     *
     * A missing option takes the current value of the spread.* setting of the same name.
     *
     * @param string $publicKey clé API publique / public API key
     * @param string $privateKey clé API privée / private API key
     * @param array{
     *     endpoint?: string, timeout?: int|float, connect_timeout?: int|float, ca_file?: string, proxy?: string,
     *     auth?: 'auto'|'any'|'basic'|'digest', max_redirects?: int, outbox?: string,
     *     delivery?: 'direct'|'after_response'|'deferred', circuit_breaker?: int
     * } $options
     *
     * @throws \ValueError for an unknown option or a value that does not parse
     * @throws \TypeError for a value of the wrong type
     * @throws ConfigurationException for an empty key, or when a setting that no option replaces does not parse
     */
    public function __construct(string $publicKey, #[\SensitiveParameter] string $privateKey, array $options = []) {}

    /**
     * Comme spread_update_order(), mais tout échec est une exception, quel que soit spread.error_mode.
     *
     * Like spread_update_order(), but every failure is an exception, whatever spread.error_mode says.
     *
     * @see \spread_update_order() for the fields
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     customer_gender?: string, customer_address?: string, customer_address2?: string,
     *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
     *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
     *     customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     consents?: array<string, string|int|bool>, order_idorder?: string|int,
     *     order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float, order_crea_dt?: string,
     *     order_start_service?: string, order_end_service?: string, product_attributes?: list<list<string>>,
     *     add_order_tag?: string|list<string>, del_order_tag?: string|list<string>, date?: mixed, group?: mixed
     * } $data
     * @param array{order_idorder?: string|int} $request
     *
     * @return mixed what `json_decode($response, true)` gives; `null` for an empty response, other text unchanged
     *
     * @throws Exception on any failure
     * @throws \ValueError when an array contains itself or nests deeper than 128 levels
     */
    public function updateOrder(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): mixed {}

    /**
     * Comme spread_create_order(), mais tout échec est une exception, quel que soit spread.error_mode.
     *
     * Like spread_create_order(), but every failure is an exception, whatever spread.error_mode says.
     *
     * @see \spread_update_order() for the fields
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     customer_gender?: string, customer_address?: string, customer_address2?: string,
     *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
     *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
     *     customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     consents?: array<string, string|int|bool>, order_idorder?: string|int,
     *     order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float, order_crea_dt?: string,
     *     order_start_service?: string, order_end_service?: string, product_attributes?: list<list<string>>,
     *     add_order_tag?: string|list<string>, del_order_tag?: string|list<string>, date?: mixed, group?: mixed
     * } $data
     * @param array{order_idorder?: string|int} $request
     *
     * @return mixed see updateOrder()
     *
     * @throws Exception on any failure
     * @throws \ValueError when an array contains itself or nests deeper than 128 levels
     */
    public function createOrder(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): mixed {}

    /**
     * Comme spread_update_account(), mais tout échec est une exception, quel que soit spread.error_mode.
     *
     * Like spread_update_account(), but every failure is an exception, whatever spread.error_mode says.
     *
     * @see \spread_update_order() for the fields of the customer
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     customer_gender?: string, customer_address?: string, customer_address2?: string,
     *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
     *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
     *     customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     consents?: array<string, string|int|bool>, date?: mixed, group?: mixed
     * } $data
     * @param array<string, mixed> $request
     *
     * @return mixed see updateOrder()
     *
     * @throws Exception on any failure
     * @throws \ValueError when an array contains itself or nests deeper than 128 levels
     */
    public function updateAccount(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): mixed {}

    /**
     * Comme spread_create_account(), mais tout échec est une exception, quel que soit spread.error_mode.
     *
     * Like spread_create_account(), but every failure is an exception, whatever spread.error_mode says.
     *
     * @see \spread_update_order() for the fields of the customer
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     customer_gender?: string, customer_address?: string, customer_address2?: string,
     *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
     *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
     *     customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     consents?: array<string, string|int|bool>, date?: mixed, group?: mixed
     * } $data
     * @param array<string, mixed> $request
     *
     * @return mixed see updateOrder()
     *
     * @throws Exception on any failure
     * @throws \ValueError when an array contains itself or nests deeper than 128 levels
     */
    public function createAccount(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): mixed {}

    /**
     * L'état du disjoncteur de l'adresse, pour les appels de ce client dans ce processus.
     *
     * The state of the endpoint's circuit, for the calls of this client in this process.
     *
     * @return 'closed'|'crowded'|'open'|'half_open'
     */
    public function state(): string {}

    /**
     * Comme spread_validate_order(). / Like spread_validate_order().
     *
     * @see \spread_update_order() for the fields
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     customer_gender?: string, customer_address?: string, customer_address2?: string,
     *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
     *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
     *     customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     consents?: array<string, string|int|bool>, order_idorder?: string|int,
     *     order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float, order_crea_dt?: string,
     *     order_start_service?: string, order_end_service?: string, product_attributes?: list<list<string>>,
     *     add_order_tag?: string|list<string>, del_order_tag?: string|list<string>, date?: mixed, group?: mixed
     * } $data
     * @param array{order_idorder?: string|int} $request
     *
     * @return list<array{field: string, rule: string, severity: 'error'|'warning', message: string}>
     */
    public function validateOrder(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): array {}

    /**
     * Comme spread_validate_account(). / Like spread_validate_account().
     *
     * @see \spread_update_order() for the fields of the customer
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     customer_gender?: string, customer_address?: string, customer_address2?: string,
     *     customer_address_2?: string, customer_address3?: string, customer_address_3?: string,
     *     customer_cp?: string|int, customer_city?: string, customer_country?: string, customer_tel?: string,
     *     customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     consents?: array<string, string|int|bool>, date?: mixed, group?: mixed
     * } $data
     * @param array<string, mixed> $request
     *
     * @return list<array{field: string, rule: string, severity: 'error'|'warning', message: string}>
     */
    public function validateAccount(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request = []): array {}
}

/**
 * Les statuts documentés d'une commande ; order_state est envoyé sous forme de nombre.
 *
 * The documented states of an order; order_state is sent as the number.
 *
 * ```php
 * $data["order_state"] = Spread\OrderState::Paid; // 20
 * ```
 */
enum OrderState: int
{
    /** Annulée ; ne compte pas dans le chiffre d'affaires. / Cancelled; does not count as revenue. */
    case Cancelled = 0;
    /** En attente de paiement. / Awaiting payment. */
    case Pending = 10;
    /** Payée. / Paid. */
    case Paid = 20;
    /** Expédiée. / Shipped. */
    case Shipped = 50;
    /** Terminée : payée et livrée. / Completed: paid and delivered. */
    case Completed = 100;
}

/**
 * Un appel qui a échoué. getMessage() dit ce qui s'est passé, pour quelle commande ou quel compte, et que faire ;
 * getCode() est le statut HTTP, ou 0. La trace ne contient jamais d'arguments.
 *
 * A failed call. getMessage() says what happened, to which order or account, and what to do; getCode() is the HTTP
 * status or 0. Its trace never holds arguments: spread_last_error() would keep the caller's locks and transactions alive.
 */
class Exception extends \RuntimeException
{
    /**
     * Le corps décodé d'un refus, ou null. / The decoded body of a refusal, or null.
     */
    public function getResponse(): mixed {}

    /**
     * Vrai si la même commande peut réussir plus tard sans changement : échec de connexion, délai dépassé, 408, 425,
     * 429, 5xx.
     *
     * Whether the same order can succeed later without a change: connection failures, timeouts, 408, 425, 429, 5xx.
     */
    public function isRetryable(): bool {}

    /**
     * L'en-tête Retry-After du serveur en secondes, ou null. / The server's Retry-After in seconds, or null.
     */
    public function getRetryAfter(): ?float {}
}

/**
 * Clés manquantes, réglage invalide ou fichier d'autorités inutilisable : rien n'a été envoyé.
 *
 * Missing keys, a setting that does not parse, or an unusable CA file: nothing was sent.
 */
class ConfigurationException extends Exception {}

/**
 * Pas d'adresse, de connexion ou de TLS vérifié, redirection refusée, connexion perdue.
 *
 * No address, no connection, no verified TLS, a refused redirect, or a lost connection.
 */
class ConnectionException extends Exception {}

/**
 * spread.connect_timeout ou spread.timeout est écoulé. / spread.connect_timeout or spread.timeout is over.
 */
class TimeoutException extends ConnectionException {}

/**
 * Un statut hors de 2xx, ou une réponse illisible. / A status outside 2xx, or an unreadable response.
 */
class ResponseException extends Exception {}

/**
 * 401 ou 403 : vérifiez les clés. / 401 or 403: check the keys.
 */
class AuthenticationException extends ResponseException {}

}
