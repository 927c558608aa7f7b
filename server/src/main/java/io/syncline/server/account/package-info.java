/// Who may do what: logins, sessions, users, tokens, grants, audit. May touch: `model`, `security`,
/// `store`.
@NullMarked
package io.syncline.server.account;

import org.jspecify.annotations.NullMarked;
