/// A real Chromium, driven over its own debugging protocol, and the tests of the console with it.
@NullMarked
package io.syncline.server.browser;

import org.jspecify.annotations.NullMarked;
