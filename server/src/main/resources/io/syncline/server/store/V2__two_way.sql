-- A two-way task is one task: what differs between its directions is measured, not kept.

ALTER TABLE task DROP COLUMN direction;
ALTER TABLE task DROP COLUMN bundle;
