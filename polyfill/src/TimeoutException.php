<?php

namespace Spread;

class TimeoutException extends ConnectionException
{
}
