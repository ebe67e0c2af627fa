package dev.gantry.rkt.image;

import java.io.IOException;

/** An image is refused in the middle of a read. The caller of the read converts it to an RktException. */
public final class RefusedImageException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes a refusal.
     *
     * @param message the reason, for the user
     * @param cause the exception that found the fault
     */
    RefusedImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
