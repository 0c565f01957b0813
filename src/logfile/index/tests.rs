//! Files to rows: whatever way the bytes come, the rows and their texts are those of the file.
