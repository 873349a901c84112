-- What a segment of the index has of people; those of an older form are built anew when the store is opened.
ALTER TABLE segments ADD COLUMN form INTEGER NOT NULL DEFAULT 0;
