-- Runs on SQLite and PostgreSQL alike: texts, whole numbers, times as milliseconds since 1970 (UTC).

CREATE TABLE account (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    root    INTEGER NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE member (
    id            TEXT PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES account (id),
    name          TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created       BIGINT NOT NULL
);

CREATE TABLE session (
    fingerprint TEXT PRIMARY KEY,
    member      TEXT NOT NULL REFERENCES member (id),
    created     BIGINT NOT NULL,
    expires     BIGINT NOT NULL
);

CREATE TABLE token (
    id          TEXT PRIMARY KEY,
    member      TEXT NOT NULL REFERENCES member (id),
    name        TEXT NOT NULL,
    fingerprint TEXT NOT NULL UNIQUE,
    created     BIGINT NOT NULL,
    expires     BIGINT,
    used        BIGINT
);

CREATE TABLE instance (
    id              TEXT PRIMARY KEY,
    account         TEXT NOT NULL REFERENCES account (id),
    name            TEXT NOT NULL,
    topology        TEXT NOT NULL,
    addresses       TEXT NOT NULL,
    primary_name    TEXT NOT NULL,
    login           TEXT NOT NULL,
    sealed_password TEXT NOT NULL,
    tls             INTEGER NOT NULL,
    verify_host     INTEGER NOT NULL,
    ca_pem          TEXT NOT NULL,
    probe           TEXT NOT NULL,
    created         BIGINT NOT NULL,
    UNIQUE (account, name)
);

CREATE TABLE role_grant (
    id        TEXT PRIMARY KEY,
    account   TEXT NOT NULL REFERENCES account (id),
    role      TEXT NOT NULL,
    grantee   TEXT NOT NULL REFERENCES account (id),
    instances TEXT NOT NULL,
    created   BIGINT NOT NULL,
    revoked   BIGINT
);

CREATE TABLE task (
    id              TEXT PRIMARY KEY,
    account         TEXT NOT NULL REFERENCES account (id),
    name            TEXT NOT NULL,
    topology        TEXT NOT NULL,
    direction       TEXT NOT NULL,
    bundle          TEXT NOT NULL,
    source_instance TEXT NOT NULL REFERENCES instance (id),
    source_grant    TEXT NOT NULL,
    target_instance TEXT NOT NULL REFERENCES instance (id),
    target_grant    TEXT NOT NULL,
    settings        TEXT NOT NULL,
    alerts          TEXT NOT NULL,
    state           TEXT NOT NULL,
    starts_after    INTEGER NOT NULL,
    streaming       INTEGER NOT NULL,
    since           BIGINT NOT NULL,
    reason          TEXT NOT NULL,
    remedy          TEXT NOT NULL,
    epoch           INTEGER NOT NULL,
    created         BIGINT NOT NULL,
    created_by      TEXT NOT NULL
);

CREATE INDEX task_by_account ON task (account);

CREATE TABLE task_entry (
    id      BIGINT PRIMARY KEY,
    task    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    level   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    what    TEXT NOT NULL,
    remedy  TEXT NOT NULL
);

CREATE INDEX task_entry_by_task ON task_entry (task, id);

CREATE TABLE check_result (
    task         TEXT NOT NULL,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    severity     TEXT NOT NULL,
    place        TEXT NOT NULL,
    code         TEXT NOT NULL,
    found        TEXT NOT NULL,
    remedy       TEXT NOT NULL,
    confirmed_by TEXT,
    confirmed_at BIGINT,
    PRIMARY KEY (task, position)
);

CREATE TABLE refused_command (
    id         BIGINT PRIMARY KEY,
    task       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    shard      INTEGER NOT NULL,
    stream_at  BIGINT NOT NULL,
    db         INTEGER NOT NULL,
    command    TEXT NOT NULL,
    key_name   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    decision   TEXT NOT NULL
);

CREATE INDEX refused_command_by_task ON refused_command (task, id);

CREATE TABLE sample (
    task   TEXT NOT NULL,
    at     BIGINT NOT NULL,
    lag    BIGINT NOT NULL,
    writes BIGINT NOT NULL,
    bytes  BIGINT NOT NULL,
    PRIMARY KEY (task, at)
);

CREATE TABLE alert_channel (
    id            TEXT PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES account (id),
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL,
    address       TEXT NOT NULL,
    template      TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    mail          TEXT NOT NULL,
    created       BIGINT NOT NULL
);

CREATE TABLE alert (
    id       BIGINT PRIMARY KEY,
    account  TEXT NOT NULL,
    task     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    rule     TEXT NOT NULL,
    what     TEXT NOT NULL,
    over     BIGINT,
    delivery TEXT NOT NULL
);

CREATE INDEX alert_by_account ON alert (account, id);

CREATE TABLE audit (
    id      BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
);

CREATE INDEX audit_by_account ON audit (account, id);
