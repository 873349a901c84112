-- What a segment of the index has of people; those of an older form, such as a server of an earlier version writes, are built anew
-- when the store is opened.
ALTER TABLE segments ADD COLUMN IF NOT EXISTS form bigint NOT NULL DEFAULT 0;
