/// Tells a person or a program how a run goes: a live view, plain lines, or JSON. Each reporter is
/// used by one thread only. May touch: view, the engine's records, Jackson's writer.
@NullMarked
package io.syncline.server.report;

import org.jspecify.annotations.NullMarked;
