-- A task that was given databases while it runs copies everything once more.

ALTER TABLE task ADD COLUMN copy_again INTEGER NOT NULL DEFAULT 0;
