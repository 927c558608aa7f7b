-- Directions of two-way tasks that are held back: a JSON object, by direction, of who did it.

ALTER TABLE task ADD COLUMN paused TEXT NOT NULL DEFAULT '{}';
