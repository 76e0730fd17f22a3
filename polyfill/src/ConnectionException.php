<?php

namespace Spread;

class ConnectionException extends Exception
{
}
