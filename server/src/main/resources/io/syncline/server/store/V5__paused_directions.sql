-- Directions of two-way tasks that are held back: a JSON object, by direction, of who did it.

ALTER TABLE task ADD COLUMN paused TEXT NOT NULL DEFAULT '{}';

-- Alert rules are one JSON object each, without nesting.
UPDATE task SET alerts = REPLACE(alerts, '}', ',"memoryPercent":0}');
