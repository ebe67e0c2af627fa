package dev.gantry.rkt.image;

import java.io.IOException;

/** An image is refused in the middle of a read. The caller of the read converts it to an RktException. */
public final class RefusedImageException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param message why
     * @param cause what found it
     */
    RefusedImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
