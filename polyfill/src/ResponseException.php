<?php

namespace Spread;

class ResponseException extends Exception
{
}
