<?php

namespace Spread\Polyfill;

/**
 * One order on its way: requests, challenges and redirects until a final response, within one deadline.
 * Redirects are followed here and not by libcurl, because the keys stay at the endpoint's own origin.
 */
final class Exchange
{
    private $settings;
    private $home;
    private $url;
    private $rounds = 0;
    /**
     * New for each call: on a connection that is kept, bytes that nobody asked for could pass for the response
     * to the next order.
     */
    private $handle;

    public function __construct(Settings $settings, Url $endpoint)
    {
        $this->settings = $settings;
        $this->home = $endpoint;
        $this->url = $endpoint;
        $this->handle = curl_init();
    }

    /**
     * @param float $limit seconds
     * @return Response a 2xx of the endpoint's own origin
     * @throws Failure
     */
    public function send($body, $limit)
    {
        $deadline = microtime(true) + $limit;
        while (true) {
            $mayHaveKeys = $this->url->origin() === $this->home->origin();
            $auth = $mayHaveKeys ? AuthState::of($this->settings, $this->url) : null;
            $response = $this->request($body, $auth, $deadline);
            $isGood = $response->status >= 200 && $response->status < 300;
            if ($isGood && !$mayHaveKeys) {
                throw $this->otherOrigin($response->status);
            }
            $schemes = [];
            if ($response->status === 401 && $mayHaveKeys) {
                $next = $auth->challenged($this->settings->auth, $response->header('www-authenticate'));
                if ($next === AuthState::AGAIN) {
                    $this->countRound();
                    continue;
                }
                $schemes = $next === AuthState::REFUSED ? [] : $next;
            } elseif (!$isGood && $this->follow($response)) {
                continue;
            }
            if ($response->failure !== null) {
                throw $response->failure;
            }
            if ($response->hasUnknownCoding()) {
                throw Answer::unusable($response->status, 'an unknown Transfer-Encoding');
            }
            if (!$isGood) {
                throw Failure::refusal($response, $schemes);
            }
            return $response;
        }
    }

    /** @param AuthState|null $auth of the endpoint's own origin */
    private function request($body, $auth, $deadline)
    {
        $credentials = $auth === null ? null : $auth->credentials($this->settings, $this->url);
        $isBasic = $credentials === 'Basic';
        return Request::send(
            $this->handle,
            $this->settings,
            $this->url,
            $body,
            $credentials === null || $isBasic ? [] : ["Authorization: $credentials"],
            $isBasic ? "{$this->settings->publicKey}:{$this->settings->privateKey}" : null,
            $deadline
        );
    }

    /** Whether the response is a redirect; then the next request goes there. */
    private function follow(Response $response)
    {
        if ($response->redirect === '' || $response->status < 300 || $response->status > 399) {
            return false;
        }
        $to = Url::parse($response->redirect);
        if ($to === null) {
            $isOfAnotherScheme = !preg_match('~^https?:~i', $response->redirect);
            throw Failure::redirect(
                $this->url,
                $isOfAnotherScheme ? 'redirects to a scheme other than http and https' : 'redirects to an invalid URL'
            );
        }
        if ($this->url->isSecure() && !$to->isSecure()) {
            throw Failure::redirect($this->url, 'redirects from https to http, which would expose the {noun} on the network');
        }
        $this->countRound();
        $this->url = $to;
        return true;
    }

    private function countRound()
    {
        if ($this->rounds === $this->settings->maxRedirects) {
            throw Failure::redirect(
                $this->url,
                "redirects or asks for keys more than {$this->settings->maxRedirects} times (spread.max_redirects)"
            );
        }
        $this->rounds++;
    }

    private function otherOrigin($status)
    {
        $failure = Failure::response(
            $status,
            "{subject} was not delivered: a redirect led to {$this->url->authority()}, which answered HTTP $status without"
            . " the API keys; set spread.endpoint to the URL that SPREAD's API has now"
        );
        $failure->retryable = false;
        return $failure;
    }
}
