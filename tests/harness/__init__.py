"""What the tests stand on: settings, a throw-away PostgreSQL, a browser, a closed network, a known clock."""
