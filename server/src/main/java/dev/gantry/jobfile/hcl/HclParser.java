package dev.gantry.jobfile.hcl;

import dev.gantry.jobfile.hcl.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Parses HCL 1 in one pass, in linear time. */
public final class HclParser {

    /** The deepest nesting: far more than any job needs, and far less than would exhaust a thread's stack. */
    private static final int DEEPEST = 100;

    private final Lexer lexer;
    private Token token;
    private int depth;

    private HclParser(String text) {
        this.lexer = new Lexer(new Cursor(text));
        this.token = lexer.next();
    }

    /**
     * Parses a whole text.
     *
     * @param text the text
     * @return its items
     * @throws TextFaultException at the first place that is not HCL
     */
    public static HclValue.Body parse(String text) {
        return new HclParser(text).file();
    }

    private HclValue.Body file() {
        List<HclItem> items = new ArrayList<>();
        while (!token.is(Kind.END)) {
            items.add(item());
        }
        return new HclValue.Body(items, Position.START);
    }

    private HclItem item() {
        HclName name = name();
        List<HclName> labels = labels();
        if (token.is(Kind.OPEN_BRACE)) {
            return new HclItem(name, labels, body());
        }
        if (!labels.isEmpty()) {
            throw unexpected("{ after " + name.text() + " \"" + labels.get(0).text() + "\"");
        }
        if (!token.is(Kind.ASSIGN)) {
            throw unexpected("= or { after " + name.text());
        }
        advance();
        return new HclItem(name, labels, value());
    }

    private HclName name() {
        if (!token.is(Kind.NAME) && !token.is(Kind.STRING)) {
            throw unexpected("a name");
        }
        HclName name = new HclName(token.text(), token.position());
        advance();
        return name;
    }

    private List<HclName> labels() {
        List<HclName> labels = new ArrayList<>();
        while (token.is(Kind.NAME) || token.is(Kind.STRING)) {
            labels.add(name());
        }
        return labels;
    }

    private HclValue value() {
        Token first = token;
        return switch (first.kind()) {
            case OPEN_BRACE -> body();
            case OPEN_BRACKET -> sequence();
            case STRING -> literal(new HclValue.Text(first.text(), first.position()));
            case NUMBER -> literal(new HclValue.Numeral(first.text(), first.position()));
            case BOOL -> literal(new HclValue.Bool(first.text().equals("true"), first.position()));
            case NAME ->
                throw new TextFaultException(
                        first.position(), first.described() + " is no value: put text in double quotes");
            default -> throw unexpected("a value");
        };
    }

    private HclValue literal(HclValue value) {
        advance();
        return value;
    }

    private HclValue.Body body() {
        Token open = open();
        List<HclItem> items = new ArrayList<>();
        while (!token.is(Kind.CLOSE_BRACE)) {
            requireMore(open, "}");
            items.add(item());
            if (token.is(Kind.COMMA)) {
                advance();
            }
        }
        close();
        return new HclValue.Body(items, open.position());
    }

    private HclValue.Sequence sequence() {
        Token open = open();
        List<HclValue> elements = new ArrayList<>();
        while (!token.is(Kind.CLOSE_BRACKET)) {
            requireMore(open, "]");
            elements.add(value());
            if (token.is(Kind.COMMA)) {
                advance();
            } else if (!token.is(Kind.CLOSE_BRACKET)) {
                requireMore(open, "]");
                throw unexpected(", or ] in a list");
            }
        }
        close();
        return new HclValue.Sequence(elements, open.position());
    }

    private Token open() {
        if (++depth > DEEPEST) {
            throw new TextFaultException(token.position(), "nested more than " + DEEPEST + " deep: flatten the file");
        }
        Token open = token;
        advance();
        return open;
    }

    private void close() {
        depth--;
        advance();
    }

    /** Reports a missing bracket at the opening bracket, since the end of the file tells nothing. */
    private void requireMore(Token open, String closing) {
        if (token.is(Kind.END)) {
            throw new TextFaultException(open.position(), "this " + open.text() + " is never closed: add " + closing);
        }
    }

    private void advance() {
        token = lexer.next();
    }

    private TextFaultException unexpected(String expected) {
        return new TextFaultException(token.position(), "expected " + expected + ", found " + token.described());
    }
}
