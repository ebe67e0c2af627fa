package dev.gantry.rkt.appc;

import dev.gantry.rkt.RktException;
import java.util.Locale;
import java.util.regex.Pattern;

/** The names of the App Container specification (spec/types.md): AC Name and AC Identifier. */
public final class AcNames {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    /**
     * Several separators may follow one another, as in appc's validator, except slashes: no part of a name is ".." or
     * empty.
     */
    private static final Pattern IDENTIFIER =
            Pattern.compile("[a-z0-9]+([-._~]+[a-z0-9]+)*(/[a-z0-9]+([-._~]+[a-z0-9]+)*)*");

    private AcNames() {}

    /**
     * Decides whether a text is an AC Name: a name of an app, a volume or a port.
     *
     * @param text the text
     * @return whether it is one
     */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /**
     * Decides whether a text is an AC Identifier: a name of an image or a label.
     *
     * @param text the text
     * @return whether it is one
     */
    public static boolean isIdentifier(String text) {
        return IDENTIFIER.matcher(text).matches();
    }

    /**
     * Checks an AC Name.
     *
     * @param text the text
     * @return the text
     * @throws RktException if it is none
     */
    public static String requireName(String text) throws RktException {
        if (text.isEmpty()) {
            throw new RktException("ACName cannot be empty");
        }
        if (!isName(text)) {
            throw new RktException(
                    "\"%s\": ACName must contain only lower case alphanumeric characters plus \"-\", and start and end"
                                    .formatted(text)
                            + " with an alphanumeric one");
        }
        return text;
    }

    /**
     * Returns the default name of an image's app: the last part of the image's name, with dashes in place of characters
     * that an AC Name can't have.
     *
     * @param imageName the name of the image, an AC Identifier
     * @return the name
     * @throws RktException if no character is left
     */
    public static String appNameOf(String imageName) throws RktException {
        String last = imageName.substring(imageName.lastIndexOf('/') + 1);
        String sanitized =
                last.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        if (sanitized.isEmpty()) {
            throw new RktException(
                    "error converting image name to app name: \"%s\" has no usable characters; use --name"
                            .formatted(imageName));
        }
        return sanitized;
    }
}
