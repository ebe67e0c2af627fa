package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Cursor;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl2.SyntaxBody.Item;
import dev.gantry.jobfile.hcl2.Tokens.Kind;
import dev.gantry.jobfile.hcl2.Tokens.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Parses a whole file. After a fault the parse goes on at the next line that begins like a setting or a block, so that
 * all faults are found in one run.
 */
final class SyntaxParser {

    private static final int DEEPEST = 100;

    /** The blocks of a file that stand in no other block, with a label. */
    private static final Set<String> OUTERMOST = Set.of("job", "variable");

    /** The beginning of a setting, of a block, or of a block's end. */
    private static final Pattern ITEM = Pattern.compile(
            "[ \\t]*(\\}|(\"[^\"\\n]*\"|[\\p{L}_][\\p{L}\\p{N}_.-]*)[ \\t]*(=(?![=>])|\\{|[\"\\p{L}_]))");

    private final Tokens tokens;
    private final Cursor cursor;
    private final Faults faults;
    private final ExpressionParser expressions;
    private final List<Item> outermost = new ArrayList<>();
    private final Deque<Token> open = new ArrayDeque<>();
    private boolean unclosed;
    private Position lastRecovered = Position.START;

    private SyntaxParser(String text, Faults faults, boolean verbatim) {
        this.tokens = new Tokens(text);
        this.cursor = tokens.cursor();
        this.faults = faults;
        this.expressions = new ExpressionParser(tokens, faults, verbatim);
    }

    /**
     * Parses a text.
     *
     * @param faults takes what is wrong; settings with a fault are {@link Expression.Faulty}
     * @param verbatim true to take <code>${</code> and <code>%{</code> in quotes for text, as HCL 1 does
     * @return what the text says without its faults
     */
    static SyntaxBody parse(String text, Faults faults, boolean verbatim) {
        return new SyntaxParser(text, faults, verbatim).file();
    }

    /**
     * Parses an expression that is a text of its own.
     *
     * @throws TextFaultException if the text is none
     */
    static Expression expression(String text) {
        Faults faults = new Faults();
        SyntaxParser parser = new SyntaxParser(text, faults, false);
        parser.tokens.bindToLine(false);
        parser.tokens.advance();
        Expression expression = parser.expressions.expression();
        if (!parser.tokens.token().is(Kind.END)) {
            throw parser.expressions.unexpected("the end of the value");
        }
        if (!faults.isEmpty()) {
            throw faults.inOrder().get(0);
        }
        return expression;
    }

    private SyntaxBody file() {
        readFirst();
        while (!tokens.token().is(Kind.END) && !faults.hasMore()) {
            readItem(outermost);
        }
        return new SyntaxBody(outermost);
    }

    private void readFirst() {
        try {
            tokens.advance();
        } catch (TextFaultException e) {
            recover(e);
        }
    }

    private void readItem(List<Item> items) {
        try {
            HclName name = name();
            List<HclName> labels = labels();
            Token sign = tokens.token();
            if (sign.is("{")) {
                boolean isMisplaced = isOpen() && OUTERMOST.contains(name.text()) && !labels.isEmpty();
                if (isMisplaced) {
                    reportUnclosedBefore(name);
                }
                SyntaxBody body = body();
                (isMisplaced ? outermost : items).add(new SyntaxBody.Section(name, labels, body, sign.position()));
            } else {
                requireSetting(name, labels);
                tokens.advance();
                items.add(new SyntaxBody.Setting(name, value()));
            }
            if (tokens.token().is(",")) {
                tokens.advance();
            }
        } catch (TextFaultException e) {
            recover(e);
        }
    }

    private Expression value() {
        Position start = tokens.token().position();
        try {
            return expressions.expression();
        } catch (TextFaultException e) {
            recover(e);
            return new Expression.Faulty(start);
        }
    }

    private void requireSetting(HclName name, List<HclName> labels) {
        if (!labels.isEmpty()) {
            throw expressions.unexpected(
                    "{ after " + name.text() + " \"" + labels.get(0).text() + "\"");
        }
        if (!tokens.token().is("=")) {
            throw expressions.unexpected("= or { after " + name.text());
        }
    }

    private HclName name() {
        Token token = tokens.token();
        if (token.is(Kind.NAME)) {
            tokens.extendName();
            String text = tokens.token().text();
            tokens.advance();
            return new HclName(text, token.position());
        }
        if (!token.is(Kind.QUOTE)) {
            throw expressions.unexpected("a name");
        }
        Expression text = expressions.templates().quoted();
        if (text instanceof Expression.Faulty) {
            return new HclName("", token.position());
        }
        return TemplateParser.plain(text)
                .map(plain -> new HclName(plain, token.position()))
                .orElseThrow(() -> new TextFaultException(
                        token.position(), "a name can't have ${…}: a dynamic block has labels that can"));
    }

    private List<HclName> labels() {
        List<HclName> labels = new ArrayList<>();
        while (tokens.token().is(Kind.NAME) || tokens.token().is(Kind.QUOTE)) {
            labels.add(name());
        }
        return labels;
    }

    private SyntaxBody body() {
        Token brace = tokens.token();
        if (open.size() >= DEEPEST) {
            throw new TextFaultException(brace.position(), "nested more than " + DEEPEST + " deep: flatten the file");
        }
        open.push(brace);
        List<Item> items = new ArrayList<>();
        try {
            tokens.advance();
        } catch (TextFaultException e) {
            recover(e);
        }
        while (!tokens.token().is("}") && !faults.hasMore()) {
            if (tokens.token().is(Kind.END)) {
                reportUnclosed(brace);
                break;
            }
            readItem(items);
        }
        open.pop();
        if (tokens.token().is("}")) {
            tokens.advance();
        }
        return new SyntaxBody(items);
    }

    private boolean isOpen() {
        return !open.isEmpty();
    }

    /** Reports only the innermost of all braces that are open at the end. */
    private void reportUnclosed(Token brace) {
        if (!unclosed && faults.isEmpty()) {
            faults.add(brace.position(), "this { is never closed: add }");
        }
        unclosed = true;
    }

    /** Reports the innermost brace that is open where a block begins that stands in no other. */
    private void reportUnclosedBefore(HclName block) {
        if (!unclosed) {
            faults.add(
                    open.element().position(),
                    "this { is never closed: add } before line %d"
                            .formatted(block.position().line()));
        }
        unclosed = true;
    }

    /** Keeps a fault, and goes to where the parse can go on. */
    private void recover(TextFaultException fault) {
        // A brace too many may follow from an earlier fault.
        if (!(tokens.token().is("}") && !isOpen() && !faults.isEmpty())) {
            faults.add(fault);
        }
        int braces = expressions.open().braces();
        expressions.reset(new ExpressionParser.Open(0, 0));
        tokens.bindToLine(true);
        Token token = tokens.token();
        boolean isNext =
                braces == 0 && token.onNewLine() && !token.position().equals(lastRecovered) && looksLikeItem(token);
        lastRecovered = token.position();
        cursor.reset(token.start());
        if (!isNext) {
            skip(braces);
        }
        try {
            tokens.advance(true);
        } catch (TextFaultException e) {
            if (!faults.hasMore()) {
                recover(e);
            }
        }
    }

    private boolean looksLikeItem(Token token) {
        cursor.reset(token.start());
        return cursor.lookingAt(ITEM).isPresent();
    }

    /** Skips to the next line that looks like an item of the body, or to the brace that closes the body. */
    private void skip(int opened) {
        int braces = opened;
        while (!cursor.atEnd()) {
            int c = cursor.peek();
            if (c == '}' && braces == 0 && isOpen()) {
                return;
            }
            if (c == '"') {
                skipText();
            } else if (c == '#' || cursor.startsWith("//")) {
                cursor.nextLine();
                if (braces == 0 && cursor.lookingAt(ITEM).isPresent()) {
                    return;
                }
            } else {
                cursor.next();
                braces += c == '{' ? 1 : c == '}' && braces > 0 ? -1 : 0;
                if (c == '\n' && braces == 0 && cursor.lookingAt(ITEM).isPresent()) {
                    return;
                }
            }
        }
    }

    private void skipText() {
        cursor.next();
        while (!cursor.atEnd() && cursor.peek() != '\n') {
            int c = cursor.next();
            if (c == '\\') {
                cursor.next();
            } else if (c == '"') {
                return;
            }
        }
    }
}
