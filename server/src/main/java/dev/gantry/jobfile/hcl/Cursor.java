package dev.gantry.jobfile.hcl;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Walks through a text character by character and counts lines and columns on the way. */
public final class Cursor {

    /** Returned after the last character. */
    public static final int END = -1;

    private final String text;
    private int end;
    private int offset;
    private int line = 1;
    private int column = 1;

    /**
     * A place to go back to.
     *
     * @param offset how many {@code char}s stand before it
     * @param position its line and column
     */
    public record Mark(int offset, Position position) {}

    /**
     * Begins at the start of a text.
     *
     * @param text the text
     */
    public Cursor(String text) {
        this.text = text;
        this.end = text.length();
    }

    /**
     * Returns where the cursor is.
     *
     * @return its line and column
     */
    public Position position() {
        return new Position(line, column);
    }

    /**
     * Returns where the cursor is, to go back to.
     *
     * @return the place
     */
    public Mark mark() {
        return new Mark(offset, position());
    }

    /**
     * Goes to a place where the cursor has been.
     *
     * @param mark the place
     */
    public void reset(Mark mark) {
        offset = mark.offset();
        line = mark.position().line();
        column = mark.position().column();
    }

    /**
     * Lets the text end earlier, or again where it did.
     *
     * @param newEnd how many {@code char}s stand before the new end
     * @return the end until now
     */
    public int limit(int newEnd) {
        int before = end;
        end = newEnd;
        return before;
    }

    /**
     * Returns where the cursor is.
     *
     * @return how many {@code char}s stand before it
     */
    public int offset() {
        return offset;
    }

    /**
     * Returns the character here, without passing it.
     *
     * @return a code point, or {@link #END}
     */
    public int peek() {
        return offset < end ? text.codePointAt(offset) : END;
    }

    /**
     * Returns true after the last character.
     *
     * @return true at the end
     */
    public boolean atEnd() {
        return offset >= end;
    }

    /**
     * Looks ahead.
     *
     * @param prefix a text
     * @return true if it follows here
     */
    public boolean startsWith(String prefix) {
        return offset + prefix.length() <= end && text.startsWith(prefix, offset);
    }

    /**
     * Looks ahead.
     *
     * @param pattern the pattern of what may follow
     * @return what follows here; empty if it does not match
     */
    public Optional<MatchResult> lookingAt(Pattern pattern) {
        Matcher matcher = pattern.matcher(text).region(offset, end);
        return matcher.lookingAt() ? Optional.of(matcher.toMatchResult()) : Optional.empty();
    }

    /**
     * Passes one character; at the end stays there.
     *
     * @return the character passed, or {@link #END}
     */
    public int next() {
        int c = peek();
        if (c == END) {
            return END;
        }
        offset += Character.charCount(c);
        if (c == '\n') {
            line++;
            column = 1;
        } else {
            column++;
        }
        return c;
    }

    /**
     * Passes the rest of the line with its line feed.
     *
     * @return the rest, without its line feed
     */
    public String nextLine() {
        int start = offset;
        while (!atEnd() && peek() != '\n') {
            next();
        }
        String rest = since(start);
        next();
        return rest;
    }

    /**
     * Passes some characters.
     *
     * @param characters how many
     */
    public void skip(int characters) {
        for (int i = 0; i < characters; i++) {
            next();
        }
    }

    /**
     * Returns what was passed.
     *
     * @param start an offset
     * @return the text from there to the cursor
     */
    public String since(int start) {
        return text.substring(start, offset);
    }
}
