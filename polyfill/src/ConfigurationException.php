<?php

namespace Spread;

class ConfigurationException extends Exception
{
}
