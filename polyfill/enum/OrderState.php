<?php

namespace Spread;

enum OrderState: int
{
    case Cancelled = 0;
    case Pending = 10;
    case Paid = 20;
    case Shipped = 50;
    case Completed = 100;
}
