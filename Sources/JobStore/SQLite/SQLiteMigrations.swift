import GRDB

extension SQLiteDatabase {
    /// The tables, a step for each version that changed them. A step is never edited once it was released.
    ///
    /// Moments are microseconds since 1970. What an outside program may leave out has a default or may be
    /// null; a job without a row in `job_inputs` is shown but never run.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 jobs, results, files") { db in try db.execute(sql: tables) }
        migrator.registerMigration("2 outbox") { db in try db.execute(sql: outbox) }
        return migrator
    }

    private static let tables = """
        CREATE TABLE jobs (
            job_id TEXT PRIMARY KEY NOT NULL,
            algorithm TEXT NOT NULL,
            status TEXT NOT NULL
                CHECK (status IN ('submitted', 'running', 'completed', 'failed', 'cancelled')),
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            completed_at INTEGER,
            progress REAL NOT NULL DEFAULT 0,
            num_points INTEGER,
            dimension INTEGER,
            file_id TEXT,
            parameters TEXT,
            error_code TEXT,
            error_message TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            owner TEXT,
            lease_until INTEGER,
            not_before INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;
        CREATE INDEX jobs_newest ON jobs (created_at, job_id);
        CREATE INDEX jobs_by_status ON jobs (status, created_at, job_id);

        CREATE TABLE job_inputs (
            job_id TEXT PRIMARY KEY NOT NULL REFERENCES jobs ON DELETE CASCADE,
            body BLOB NOT NULL
        );
        CREATE TABLE results (
            job_id TEXT PRIMARY KEY NOT NULL REFERENCES jobs ON DELETE CASCADE,
            body BLOB NOT NULL,
            tag TEXT NOT NULL
        );
        CREATE TABLE idempotency_keys (
            key TEXT PRIMARY KEY NOT NULL,
            digest TEXT NOT NULL,
            job_id TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE
        ) WITHOUT ROWID;
        CREATE INDEX idempotency_keys_by_job ON idempotency_keys (job_id);

        CREATE TABLE files (
            file_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            description TEXT,
            format TEXT NOT NULL,
            dimension INTEGER NOT NULL,
            num_points INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL,
            digest TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX files_by_digest ON files (digest);
        """

    private static let outbox = """
        ALTER TABLE jobs ADD COLUMN correlation_id TEXT;
        ALTER TABLE jobs ADD COLUMN trace_parent TEXT;
        ALTER TABLE jobs ADD COLUMN user_id TEXT;
        ALTER TABLE jobs ADD COLUMN wants_notice INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE jobs ADD COLUMN had_company INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE jobs ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            message_id TEXT NOT NULL,
            topic TEXT NOT NULL,
            key TEXT NOT NULL,
            headers TEXT NOT NULL,
            value BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            claimed_by TEXT,
            claimed_until INTEGER
        );
        CREATE INDEX outbox_by_key ON outbox (key, sequence);
        """
}
