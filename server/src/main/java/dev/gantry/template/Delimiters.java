package dev.gantry.template;

/**
 * What begins and ends an action of a template.
 *
 * @param left such as <code>{{</code>
 * @param right such as <code>}}</code>
 */
public record Delimiters(String left, String right) {

    /** Go's delimiters. */
    public static final Delimiters DEFAULT = new Delimiters("{{", "}}");

    /**
     * Returns the delimiters of a template.
     *
     * @param left the left delimiter; empty: Go's
     * @param right the right delimiter; empty: Go's
     * @return the delimiters
     */
    public static Delimiters of(String left, String right) {
        return new Delimiters(left.isEmpty() ? DEFAULT.left : left, right.isEmpty() ? DEFAULT.right : right);
    }
}
