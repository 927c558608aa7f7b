-- Verifications of tasks: each run, and what is planned.

CREATE TABLE verification (
    id       TEXT PRIMARY KEY,
    task     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    options  TEXT NOT NULL,
    state    TEXT NOT NULL,
    created  BIGINT NOT NULL,
    ended    BIGINT,
    numbers  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    remedy   TEXT NOT NULL
);

CREATE INDEX verification_by_task ON verification (task, created);

CREATE TABLE verification_plan (
    task TEXT PRIMARY KEY,
    plan TEXT NOT NULL
);

-- Alert rules are one JSON object each, without nesting.
UPDATE task SET alerts = REPLACE(alerts, '}', ',"verificationDifferences":1}');
