/// Passwords, tokens, sealed secrets and limits on guessing. May touch: the JDK, Bouncy Castle,
/// Tink. Nothing here prints a secret.
@NullMarked
package io.syncline.server.security;

import org.jspecify.annotations.NullMarked;
