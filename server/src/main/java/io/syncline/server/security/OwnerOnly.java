package io.syncline.server.security;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// Files and folders that only this user may read, from their first moment on.
///
/// A file system without such rights has its own ways: nothing is asked of it.
public final class OwnerOnly {
    private OwnerOnly() {}

    /// For the creation of a file.
    public static FileAttribute<?>[] file() {
        return with("rw-------");
    }

    /// For the creation of a folder.
    public static FileAttribute<?>[] folder() {
        return with("rwx------");
    }

    private static FileAttribute<?>[] with(String rights) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))
                }
                : new FileAttribute<?>[0];
    }
}
