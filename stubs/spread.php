<?php
/**
 * Signatures of the PHP extension spread, for IDEs and static analysis. Never load this file: the
 * extension declares all of it, and PHP would stop at the second declaration.
 *
 * Settings (php.ini, a pool's or a directory's settings, ini_set()), with their defaults:
 *
 *     spread.endpoint = https://social-sb.com/api/updateOrder   ; where orders go, http or https
 *     spread.public_key =            ; the API keys; when empty SPREAD_PUBLIC_KEY and
 *     spread.private_key =           ; SPREAD_PRIVATE_KEY of the environment
 *     spread.connect_timeout = 2     ; seconds for DNS, TCP and TLS together, decimals allowed
 *     spread.timeout = 10            ; seconds for the whole call
 *     spread.auth = auto             ; how the keys are sent: auto, any, basic, digest
 *     spread.max_redirects = 20      ; redirects and authentication rounds of one call, together
 *     spread.ca_file =               ; PEM file; when empty openssl.cafile, curl.cainfo, the system's store
 *     spread.proxy =                 ; URL; when empty https_proxy, http_proxy, all_proxy, no_proxy
 *     spread.error_mode = silent     ; silent, warning or exception
 *     spread.log_failures = 1        ; one line per failure in PHP's error log
 */

namespace {

/**
 * Envoie une commande à SPREAD. Un identifiant déjà connu met la commande à jour.
 *
 * Sends an order to SPREAD. An id that SPREAD knows already updates its order.
 *
 * ```php
 * $response = spread_update_order($post_data["data"], $post_data["request"]);
 * if ($response === false) {
 *     $error = spread_last_error(); // why; one line stands in PHP's error log already
 * }
 * ```
 *
 * `$data` (`customer_email` or `external_id`, `order_idorder`, `order_state`, `order_amount` and
 * `order_crea_dt` are required):
 *
 * | champ / field | français | English |
 * |---|---|---|
 * | `customer_email` | adresse e-mail ; identifie le profil | e-mail address; identifies the customer |
 * | `external_id` | identifiant du client dans la boutique ; suffit sans e-mail | the shop's own customer id; enough without an e-mail |
 * | `customer_cookie` | cookie SPREAD du visiteur : `$_COOKIE['sbt']` | the visitor's SPREAD cookie: `$_COOKIE['sbt']` |
 * | `customer_name` | nom | last name |
 * | `customer_firstname` | prénom | first name |
 * | `customer_isoptin` | newsletter : `1` inscrit, `0` non inscrit, `-1` inconnu | newsletter: `1` opted in, `0` not, `-1` unknown |
 * | `customer_mobile_isoptin` | SMS : `1` inscrit, `0` non inscrit, `-1` inconnu | text messages: `1` opted in, `0` not, `-1` unknown |
 * | `consents` | consentements : nom technique => `1` ou `0` ; exige l'e-mail | consents: technical name => `1` or `0`; needs the e-mail |
 * | `customer_gender` | `male` ou `female` | `male` or `female` |
 * | `customer_address` | adresse, ligne 1 | address, line 1 |
 * | `customer_address2` | adresse, ligne 2 | address, line 2 |
 * | `customer_address3` | adresse, ligne 3 | address, line 3 |
 * | `customer_address_2` | adresse, ligne 2 (autre graphie documentée) | address, line 2 (the other documented spelling) |
 * | `customer_address_3` | adresse, ligne 3 (autre graphie documentée) | address, line 3 (the other documented spelling) |
 * | `customer_cp` | code postal | postcode |
 * | `customer_city` | ville | town |
 * | `customer_country` | pays, par exemple `FR` | country, such as `FR` |
 * | `customer_tel` | téléphone fixe | telephone |
 * | `customer_mobile` | téléphone mobile | mobile telephone |
 * | `customer_fonction` | fonction dans l'entreprise | job title |
 * | `customer_company` | entreprise | company |
 * | `customer_birthday` | date de naissance, `Y-m-d` | date of birth, `Y-m-d` |
 * | `customer_lang` | langue, par exemple `fr_FR` | language, such as `fr_FR` |
 * | `add_tag` | tags à ajouter au client (liste, ou texte séparé par des virgules) | tags to add to the customer (a list, or text with commas) |
 * | `del_tag` | tags à retirer du client | tags to take from the customer |
 * | `action` | `order` | `order` |
 * | `custom_fields` | champs personnalisés : identifiant du back-office => valeur | custom fields: back office id => value |
 * | `order_idorder` | identifiant unique de la commande dans la boutique | the shop's own id of the order |
 * | `order_state` | `0` annulée, `10` en attente de paiement, `20` payée, `50` expédiée, `100` terminée | `0` cancelled, `10` waits for payment, `20` paid, `50` shipped, `100` completed |
 * | `order_amount` | montant | amount |
 * | `order_crea_dt` | date de la commande, `Y-m-d H:i:s` en UTC | date of the order, `Y-m-d H:i:s` in UTC |
 * | `order_start_service` | début de prestation, `Y-m-d` | first day of the service, `Y-m-d` |
 * | `order_end_service` | fin de prestation, `Y-m-d` | last day of the service, `Y-m-d` |
 * | `product_attributes` | attributs de chaque produit, par exemple `[['size:xl', 'type:shirt']]` | attributes of each product, such as `[['size:xl', 'type:shirt']]` |
 * | `add_order_tag` | tags à ajouter à la commande | tags to add to the order |
 * | `del_order_tag` | tags à retirer de la commande | tags to take from the order |
 * | `date` | accepté ; la documentation de l'API ne l'explique pas | accepted; the API's documentation does not explain it |
 * | `group` | accepté ; la documentation de l'API ne l'explique pas | accepted; the API's documentation does not explain it |
 *
 * `$request`: `order_idorder`, the same id again.
 *
 * @param array{
 *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
 *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
 *     consents?: array<string, string|int|bool>, customer_gender?: string, customer_address?: string,
 *     customer_address2?: string, customer_address3?: string, customer_address_2?: string,
 *     customer_address_3?: string, customer_cp?: string|int, customer_city?: string, customer_country?: string,
 *     customer_tel?: string, customer_mobile?: string, customer_fonction?: string, customer_company?: string,
 *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
 *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
 *     order_idorder?: string|int, order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float,
 *     order_crea_dt?: string, order_start_service?: string, order_end_service?: string,
 *     product_attributes?: list<list<string>>, add_order_tag?: string|list<string>,
 *     del_order_tag?: string|list<string>,
 *     date?: mixed, group?: mixed
 * } $data
 * @param array{order_idorder?: string|int} $request
 *
 * @return mixed what `json_decode($answer, true)` gives; `null` for an empty answer, other text as
 *     it is; `false` on failure
 *
 * @throws \Spread\Exception on failure, with `spread.error_mode = exception` only
 * @throws \ValueError when an array contains itself or nests deeper than 128 levels
 */
function spread_update_order(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): mixed {}

/**
 * Le corps exact de la requête, sans rien envoyer : pour vérifier l'égalité avec http_build_query().
 *
 * The exact body of the request, and nothing is sent: to prove that it is http_build_query()'s.
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
 *     consents?: array<string, string|int|bool>, customer_gender?: string, customer_address?: string,
 *     customer_address2?: string, customer_address3?: string, customer_address_2?: string,
 *     customer_address_3?: string, customer_cp?: string|int, customer_city?: string, customer_country?: string,
 *     customer_tel?: string, customer_mobile?: string, customer_fonction?: string, customer_company?: string,
 *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
 *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
 *     order_idorder?: string|int, order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float,
 *     order_crea_dt?: string, order_start_service?: string, order_end_service?: string,
 *     product_attributes?: list<list<string>>, add_order_tag?: string|list<string>,
 *     del_order_tag?: string|list<string>,
 *     date?: mixed, group?: mixed
 * } $data
 * @param array{order_idorder?: string|int} $request
 *
 * @throws \ValueError when an array contains itself or nests deeper than 128 levels
 */
function spread_encode_order(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): string {}

/**
 * Les règles documentées que la commande enfreint, sans rien envoyer ; vide si elle n'en enfreint aucune.
 *
 * The documented rules that the order breaks, and nothing is sent; empty when it breaks none.
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
 *     consents?: array<string, string|int|bool>, customer_gender?: string, customer_address?: string,
 *     customer_address2?: string, customer_address3?: string, customer_address_2?: string,
 *     customer_address_3?: string, customer_cp?: string|int, customer_city?: string, customer_country?: string,
 *     customer_tel?: string, customer_mobile?: string, customer_fonction?: string, customer_company?: string,
 *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
 *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
 *     order_idorder?: string|int, order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float,
 *     order_crea_dt?: string, order_start_service?: string, order_end_service?: string,
 *     product_attributes?: list<list<string>>, add_order_tag?: string|list<string>,
 *     del_order_tag?: string|list<string>,
 *     date?: mixed, group?: mixed
 * } $data
 * @param array{order_idorder?: string|int} $request
 *
 * @return list<array{field: string, rule: string, severity: 'error'|'warning', message: string}>
 */
function spread_validate_order(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): array {}

/**
 * Pourquoi le dernier appel de cette requête a échoué ; null après un succès.
 *
 * Why the last call of this request failed; null after a success.
 *
 * ```php
 * if ($response === false && spread_last_error()->isRetryable()) {
 *     // the same order can succeed later as it is
 * }
 * ```
 */
function spread_last_error(): ?\Spread\Exception {}

}

namespace Spread {

/**
 * Le même appel pour du code qui a plusieurs boutiques, ou qui veut des exceptions.
 *
 * The same call for code that has several shops, or wants exceptions.
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
     * Ce que $options ne dit pas vient des réglages spread.* du moment.
     *
     * What $options leaves out comes from the spread.* settings of the moment.
     *
     * @param string $publicKey clé API publique / public API key
     * @param string $privateKey clé API privée / private API key
     * @param array{
     *     endpoint?: string, timeout?: int|float, connect_timeout?: int|float, ca_file?: string, proxy?: string,
     *     auth?: 'auto'|'any'|'basic'|'digest', max_redirects?: int
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
     * As spread_update_order(), but every failure is an exception, whatever spread.error_mode says.
     *
     * @see \spread_update_order() for the fields
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     consents?: array<string, string|int|bool>, customer_gender?: string, customer_address?: string,
     *     customer_address2?: string, customer_address3?: string, customer_address_2?: string,
     *     customer_address_3?: string, customer_cp?: string|int, customer_city?: string, customer_country?: string,
     *     customer_tel?: string, customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     order_idorder?: string|int, order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float,
     *     order_crea_dt?: string, order_start_service?: string, order_end_service?: string,
     *     product_attributes?: list<list<string>>, add_order_tag?: string|list<string>,
     *     del_order_tag?: string|list<string>,
     *     date?: mixed, group?: mixed
     * } $data
     * @param array{order_idorder?: string|int} $request
     *
     * @return mixed what `json_decode($answer, true)` gives; `null` for an empty answer, other text as it is
     *
     * @throws Exception on any failure
     * @throws \ValueError when an array contains itself or nests deeper than 128 levels
     */
    public function updateOrder(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): mixed {}

    /**
     * Comme spread_validate_order(). / As spread_validate_order().
     *
     * @see \spread_update_order() for the fields
     *
     * @param array{
     *     customer_email?: string, external_id?: string|int, customer_cookie?: string, customer_name?: string,
     *     customer_firstname?: string, customer_isoptin?: string|int, customer_mobile_isoptin?: string|int,
     *     consents?: array<string, string|int|bool>, customer_gender?: string, customer_address?: string,
     *     customer_address2?: string, customer_address3?: string, customer_address_2?: string,
     *     customer_address_3?: string, customer_cp?: string|int, customer_city?: string, customer_country?: string,
     *     customer_tel?: string, customer_mobile?: string, customer_fonction?: string, customer_company?: string,
     *     customer_birthday?: string, customer_lang?: string, add_tag?: string|list<string>,
     *     del_tag?: string|list<string>, action?: string, custom_fields?: array<int, mixed>,
     *     order_idorder?: string|int, order_state?: \Spread\OrderState|string|int, order_amount?: string|int|float,
     *     order_crea_dt?: string, order_start_service?: string, order_end_service?: string,
     *     product_attributes?: list<list<string>>, add_order_tag?: string|list<string>,
     *     del_order_tag?: string|list<string>,
     *     date?: mixed, group?: mixed
     * } $data
     * @param array{order_idorder?: string|int} $request
     *
     * @return list<array{field: string, rule: string, severity: 'error'|'warning', message: string}>
     */
    public function validateOrder(#[\SensitiveParameter] array $data, #[\SensitiveParameter] array $request): array {}
}

/**
 * Les états documentés d'une commande ; dans order_state, c'est la valeur qui est envoyée.
 *
 * The documented states of an order; as order_state the value is sent.
 *
 * ```php
 * $data["order_state"] = Spread\OrderState::Paid; // 20
 * ```
 */
enum OrderState: int
{
    /** Annulée ; ne compte pas dans le chiffre d'affaires. / Cancelled; not counted as revenue. */
    case Cancelled = 0;
    /** En attente de paiement. / Waits for payment. */
    case Pending = 10;
    /** Payée. / Paid. */
    case Paid = 20;
    /** Expédiée. / Shipped. */
    case Shipped = 50;
    /** Terminée : payée et livrée. / Completed: paid and delivered. */
    case Completed = 100;
}

/**
 * Un appel qui a échoué. getMessage() dit quoi, pour quelle commande, et que faire ; getCode() est le
 * statut HTTP, ou 0.
 *
 * A failed call. getMessage() says what, of which order, and what to do; getCode() is the HTTP status or 0.
 */
class Exception extends \RuntimeException
{
    /**
     * Le corps décodé d'un refus, ou null. / The decoded body of a refusal, or null.
     */
    public function getResponse(): mixed {}

    /**
     * Si la même commande peut réussir plus tard telle quelle : connexion, délai, 408, 425, 429, 5xx.
     *
     * Whether the same order can succeed later as it is: connection failures, timeouts, 408, 425, 429, 5xx.
     */
    public function isRetryable(): bool {}

    /**
     * L'en-tête Retry-After du serveur en secondes, ou null. / The server's Retry-After in seconds, or null.
     */
    public function getRetryAfter(): ?float {}
}

/**
 * Clés absentes, réglage illisible, fichier d'autorités inutilisable : rien n'a été envoyé.
 *
 * Keys missing, a setting that does not parse, an unusable CA file: nothing was sent.
 */
class ConfigurationException extends Exception {}

/**
 * Pas d'adresse, de connexion ou de TLS vérifié, redirection refusée, connexion perdue.
 *
 * No address, no connection, no verified TLS, a redirect that must not be followed, a connection lost.
 */
class ConnectionException extends Exception {}

/**
 * spread.connect_timeout ou spread.timeout est écoulé. / spread.connect_timeout or spread.timeout passed.
 */
class TimeoutException extends ConnectionException {}

/**
 * Un statut hors 2xx, ou une réponse indéchiffrable. / A status outside 2xx, or an answer that cannot be decoded.
 */
class ResponseException extends Exception {}

/**
 * 401 ou 403 : vérifiez les clés. / 401 or 403: check the keys.
 */
class AuthenticationException extends ResponseException {}

}
