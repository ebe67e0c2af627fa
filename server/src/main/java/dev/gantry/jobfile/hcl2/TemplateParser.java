package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Cursor;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl2.Expression.TemplatePart;
import dev.gantry.jobfile.hcl2.Tokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Parses quoted texts and heredocs with their interpolations and directives.
 *
 * <p>A fault within a text is kept, and the parse goes on behind the text.
 */
final class TemplateParser {

    /** A reference to a stored variable: its path has a slash, and no blanks as a division has. */
    private static final Pattern STORED =
            Pattern.compile("\\$\\{var\\.([^\\s/.{}\"$]++)[^\\s/{}\"$]*+/[^\\s{}\"$]*\\.[A-Za-z0-9_]++\\}");

    private static final int DEEPEST = 30;

    private final Tokens tokens;
    private final Cursor cursor;
    private final ExpressionParser expressions;
    private final Faults faults;
    private final boolean verbatim;
    private int depth;

    /**
     * Makes a parser.
     *
     * @param verbatim true to take <code>${</code> and <code>%{</code> for text, as HCL 1 does
     */
    TemplateParser(Tokens tokens, ExpressionParser expressions, Faults faults, boolean verbatim) {
        this.tokens = tokens;
        this.cursor = tokens.cursor();
        this.expressions = expressions;
        this.faults = faults;
        this.verbatim = verbatim;
    }

    /** Parses a text in quotes; the token is the opening quote, and then the one behind the text. */
    Expression quoted() {
        Token open = tokens.token();
        boolean before = tokens.bindToLine(false);
        int outer = depth;
        ExpressionParser.Open outside = expressions.open();
        Expression text;
        try {
            enter(open.position());
            Reading reading = new Reading(open.position(), true, 0);
            text = new Expression.Template(reading.all(), open.position());
        } catch (TextFaultException e) {
            cursor.reset(open.start());
            skipQuoted();
            faults.add(e);
            expressions.reset(outside);
            text = new Expression.Faulty(open.position());
        } finally {
            depth = outer;
            tokens.bindToLine(before);
        }
        tokens.advance(false);
        return text;
    }

    private void enter(Position position) {
        if (++depth > DEEPEST) {
            throw new TextFaultException(position, "texts are nested more than " + DEEPEST + " deep: use locals");
        }
    }

    /** Skips a text with a fault, to behind its closing quote; throws if it has none. */
    private void skipQuoted() {
        Position start = cursor.position();
        Position interpolation = start;
        int braces = 0;
        cursor.next();
        while (!cursor.atEnd() && cursor.peek() != '\n') {
            boolean opens = braces == 0 && (cursor.startsWith("${") || cursor.startsWith("%{"));
            if (opens) {
                interpolation = cursor.position();
                cursor.next();
            }
            int c = cursor.next();
            if (c == '"' && braces == 0) {
                return;
            } else if (c == '\\') {
                cursor.next();
            } else if (c == '{' && (braces > 0 || opens)) {
                braces++;
            } else if (c == '}' && braces > 0) {
                braces--;
            }
        }
        throw braces == 0
                ? new TextFaultException(start, "this string is not closed on its line: add \"")
                : new TextFaultException(interpolation, "this ${ is not closed on its line: add }");
    }

    /** Parses a heredoc; the token is what opens it, and then the one behind its closing word. */
    Expression heredoc() {
        Position start = tokens.token().position();
        boolean indented = cursor.startsWith("-");
        if (indented) {
            cursor.next();
        }
        String word = cursor.nextLine().stripTrailing();
        if (word.isEmpty() || !word.codePoints().allMatch(Tokens::isNamePart)) {
            throw new TextFaultException(
                    start, "a heredoc begins with << and a word that ends the line, such as <<END");
        }
        Cursor.Mark begin = cursor.mark();
        List<String> lines = new ArrayList<>();
        int end = -1;
        while (!cursor.atEnd() && end < 0) {
            int lineStart = cursor.offset();
            String line = cursor.nextLine();
            if (line.strip().equals(word)) {
                end = lineStart;
            } else {
                lines.add(line);
            }
        }
        if (end < 0) {
            throw new TextFaultException(start, "this heredoc is never closed: add a line with only " + word);
        }
        Cursor.Mark behind = cursor.mark();
        int outerEnd = cursor.limit(end);
        cursor.reset(begin);
        boolean before = tokens.bindToLine(false);
        int outer = depth;
        ExpressionParser.Open outside = expressions.open();
        Expression text;
        try {
            enter(start);
            text = new Expression.Template(new Reading(start, false, indented ? indent(lines) : 0).all(), start);
        } catch (TextFaultException e) {
            faults.add(e);
            expressions.reset(outside);
            text = new Expression.Faulty(start);
        } finally {
            depth = outer;
            tokens.bindToLine(before);
            cursor.limit(outerEnd);
            cursor.reset(behind);
        }
        tokens.advance(true);
        return text;
    }

    /** Returns how many blanks all lines that are not blank begin with. */
    private static int indent(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
    }

    /** Reads one text, from behind its opening to behind its end. */
    private final class Reading {

        private final Position start;
        private final boolean inQuotes;
        private final int indent;
        private final StringBuilder plain = new StringBuilder();
        /** The part before was a <code>~}</code>: blanks that follow are no part of the text. */
        private boolean skipsBlanks;

        /** The directive that ended the parts just read, such as {@code endif}; empty at the end of the text. */
        private String ending = "";

        Reading(Position start, boolean inQuotes, int indent) {
            this.start = start;
            this.inQuotes = inQuotes;
            this.indent = indent;
        }

        List<TemplatePart> all() {
            skipIndent();
            List<TemplatePart> parts = parts();
            if (!ending.isEmpty()) {
                throw new TextFaultException(
                        start, "%%{ %s } in this text ends nothing: take it out".formatted(ending));
            }
            return parts;
        }

        private List<TemplatePart> parts() {
            List<TemplatePart> parts = new ArrayList<>();
            while (true) {
                if (isAtEnd()) {
                    ending = "";
                    flush(parts);
                    return parts;
                }
                if (cursor.startsWith("$${") || cursor.startsWith("%%{")) {
                    readEscapedBrace();
                } else if (!verbatim && cursor.startsWith("${")) {
                    flush(parts);
                    readInterpolation(parts);
                } else if (!verbatim && cursor.startsWith("%{")) {
                    flush(parts);
                    if (readDirective(parts)) {
                        return parts;
                    }
                } else {
                    readPlain();
                }
            }
        }

        private boolean isAtEnd() {
            if (!inQuotes) {
                return cursor.atEnd();
            }
            if (cursor.atEnd() || cursor.peek() == '\n') {
                throw new TextFaultException(start, "this string is not closed on its line: add \"");
            }
            if (cursor.peek() != '"') {
                return false;
            }
            cursor.next();
            return true;
        }

        private void flush(List<TemplatePart> parts) {
            if (!plain.isEmpty()) {
                parts.add(new TemplatePart.Plain(plain.toString()));
                plain.setLength(0);
            }
        }

        private void readEscapedBrace() {
            skipsBlanks = false;
            cursor.next();
            if (verbatim) {
                plain.appendCodePoint(cursor.since(cursor.offset() - 1).codePointAt(0));
            }
            plain.appendCodePoint(cursor.next());
            plain.appendCodePoint(cursor.next());
        }

        private void readPlain() {
            int c = cursor.peek();
            if (skipsBlanks && Character.isWhitespace(c)) {
                cursor.next();
                return;
            }
            skipsBlanks = false;
            if (c == '\\' && inQuotes) {
                readEscape();
                return;
            }
            plain.appendCodePoint(cursor.next());
            if (c == '\n') {
                skipIndent();
            }
        }

        private void skipIndent() {
            for (int i = 0; i < indent && (cursor.peek() == ' ' || cursor.peek() == '\t'); i++) {
                cursor.next();
            }
        }

        private void readEscape() {
            Position position = cursor.position();
            cursor.next();
            int c = cursor.next();
            switch (c) {
                case 'n' -> plain.append('\n');
                case 'r' -> plain.append('\r');
                case 't' -> plain.append('\t');
                case '\\', '"' -> plain.appendCodePoint(c);
                case 'u' -> readCharacter(position, 4);
                case 'U' -> readCharacter(position, 8);
                case Cursor.END, '\n' ->
                    throw new TextFaultException(position, "a string can't end with \\: write \\\\");
                default -> {
                    String escape = "\\" + Character.toString(c);
                    throw new TextFaultException(
                            position, escape + " is no escape: write \\" + escape + " for a backslash");
                }
            }
        }

        private void readCharacter(Position position, int digits) {
            int value = 0;
            for (int i = 0; i < digits; i++) {
                int digit = cursor.peek() < 0x80 ? Character.digit(cursor.peek(), 16) : -1;
                if (digit < 0) {
                    throw new TextFaultException(position, "this escape lacks a digit: \\uNNNN or \\UNNNNNNNN");
                }
                cursor.next();
                value = (value << 4) | digit;
            }
            boolean surrogate = Character.MIN_SURROGATE <= value && value <= Character.MAX_SURROGATE;
            if (!Character.isValidCodePoint(value) || surrogate) {
                throw new TextFaultException(position, "there is no character U+%04X".formatted(value));
            }
            plain.appendCodePoint(value);
        }

        private void readInterpolation(List<TemplatePart> parts) {
            Position position = cursor.position();
            Optional<MatchResult> stored = cursor.lookingAt(STORED);
            if (stored.isPresent()) {
                String raw = stored.get().group();
                skipsBlanks = false;
                cursor.skip(raw.codePointCount(0, raw.length()));
                parts.add(new TemplatePart.Stored(raw, stored.get().group(1), position));
                return;
            }
            int from = cursor.offset();
            openSequence(parts);
            Expression value = inside(position, "${", expressions::expression);
            closeSequence(position, "${");
            parts.add(new TemplatePart.Interpolation(value, cursor.since(from)));
        }

        /** Passes <code>${</code> or <code>%{</code>, with a tilde or not. */
        private void openSequence(List<TemplatePart> parts) {
            skipsBlanks = false;
            cursor.skip(2);
            if (cursor.peek() == '~') {
                cursor.next();
                stripEnd(parts);
            }
        }

        private void stripEnd(List<TemplatePart> parts) {
            if (!parts.isEmpty() && parts.get(parts.size() - 1) instanceof TemplatePart.Plain last) {
                parts.set(parts.size() - 1, new TemplatePart.Plain(last.text().stripTrailing()));
            }
        }

        private <T> T inside(Position position, String opening, Supplier<T> content) {
            try {
                tokens.advance(false);
                return content.get();
            } catch (TextFaultException e) {
                requireMore(position, opening);
                throw new TextFaultException(
                        e.position(),
                        "%s (within the %s at %s; write %c%s for a plain %s)"
                                .formatted(e.getMessage(), opening, position, opening.charAt(0), opening, opening));
            }
        }

        /** Passes the closing brace, which is the token. */
        private void closeSequence(Position position, String opening) {
            Token token = tokens.token();
            if (token.is("~")) {
                skipsBlanks = true;
                tokens.advance(false);
                token = tokens.token();
            }
            requireMore(position, opening);
            if (!token.is("}")) {
                throw new TextFaultException(
                        token.position(),
                        "expected }, found %s (within the %s at %s; write %c%s for a plain %s)"
                                .formatted(tokens.described(), opening, position, opening.charAt(0), opening, opening));
            }
        }

        private void requireMore(Position position, String opening) {
            if (tokens.token().is(Tokens.Kind.END)) {
                throw new TextFaultException(position, "this " + opening + " is never closed: add }");
            }
        }

        /** Reads a directive; returns true if it ends the parts before it. */
        private boolean readDirective(List<TemplatePart> parts) {
            Position position = cursor.position();
            openSequence(parts);
            tokens.advance(false);
            Token word = tokens.token();
            switch (word.text()) {
                case "if" -> readIf(parts, position);
                case "for" -> readFor(parts, position);
                case "else", "endif", "endfor" -> {
                    tokens.advance(false);
                    closeSequence(position, "%{");
                    ending = word.text();
                    return true;
                }
                default ->
                    throw new TextFaultException(position, "expected if or for after %{; write %%{ for a plain %{");
            }
            return false;
        }

        private void readIf(List<TemplatePart> parts, Position position) {
            enter(position);
            Expression condition = inside(position, "%{", expressions::expression);
            closeSequence(position, "%{");
            List<TemplatePart> yes = parts();
            List<TemplatePart> no = List.of();
            if (ending.equals("else")) {
                no = parts();
            }
            requireEnding(position, "if", "endif");
            depth--;
            parts.add(new TemplatePart.If(condition, yes, no));
        }

        private void readFor(List<TemplatePart> parts, Position position) {
            enter(position);
            Expression.Loop loop = insideFor(position);
            closeSequence(position, "%{");
            List<TemplatePart> body = parts();
            requireEnding(position, "for", "endfor");
            depth--;
            parts.add(new TemplatePart.ForEach(loop, body));
        }

        /** The token is {@code for}. */
        private Expression.Loop insideFor(Position position) {
            try {
                return expressions.loopHead();
            } catch (TextFaultException e) {
                throw new TextFaultException(
                        e.position(), "%s (within the %%{ at %s)".formatted(e.getMessage(), position));
            }
        }

        private void requireEnding(Position position, String opened, String expected) {
            if (!ending.equals(expected)) {
                throw new TextFaultException(
                        position, "this %%{ %s } is never closed: add %%{ %s }".formatted(opened, expected));
            }
            ending = "";
        }
    }

    /** Returns the text of a template that has no interpolation. */
    static Optional<String> plain(Expression expression) {
        if (!(expression instanceof Expression.Template template)) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        for (TemplatePart part : template.parts()) {
            if (!(part instanceof TemplatePart.Plain plain)) {
                return Optional.empty();
            }
            text.append(plain.text());
        }
        return Optional.of(text.toString());
    }
}
