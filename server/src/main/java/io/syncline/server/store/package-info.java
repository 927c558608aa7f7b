/// The database: all SQL of the service, on SQLite or PostgreSQL. May touch: `model`, Jdbi,
/// HikariCP, Flyway, Jackson for columns that hold documents.
@NullMarked
package io.syncline.server.store;

import org.jspecify.annotations.NullMarked;
