-- Row-level security keeps accounts apart; claims and sweeps concern every account (docs/access.md).
CALL access.wall('event', shared_work => true);
CALL access.wall('dispatch', shared_work => true);
