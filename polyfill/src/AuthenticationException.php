<?php

namespace Spread;

class AuthenticationException extends ResponseException
{
}
