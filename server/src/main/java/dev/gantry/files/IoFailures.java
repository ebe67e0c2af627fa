package dev.gantry.files;

import java.io.EOFException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Words for failures of files and connections. The messages of Java's exceptions may be missing, or be a path alone. */
public final class IoFailures {

    private IoFailures() {}

    /**
     * Says what has failed.
     *
     * @param failure the exception
     * @return the reason for people, never empty; with the path if the exception has one
     */
    public static String reason(Throwable failure) {
        String message = failure.getMessage();
        boolean isWordless = message == null || message.isBlank();
        if (failure instanceof FileSystemException of && of.getReason() == null) {
            return kind(of) + ": " + of.getFile();
        }
        if (isWordless) {
            return failure instanceof EOFException ? "it ends too early" : failure.toString();
        }
        return message;
    }

    private static String kind(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        return failure instanceof FileAlreadyExistsException
                ? "it exists already"
                : failure.getClass().getSimpleName();
    }
}
