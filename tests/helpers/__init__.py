"""What tests share: a running server, a watched browser, a block on every way out."""
