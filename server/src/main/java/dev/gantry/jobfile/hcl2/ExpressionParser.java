package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl2.Expression.Loop;
import dev.gantry.jobfile.hcl2.Tokens.Kind;
import dev.gantry.jobfile.hcl2.Tokens.Token;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parses expressions. A fault outside of quotes ends the expression. */
final class ExpressionParser {

    /** As for HCL 1: far more than any job needs, and far less than would exhaust a thread's stack. */
    private static final int DEEPEST = 100;

    /** The most operators in a row. */
    private static final int LONGEST_CHAIN = 100;

    private static final int LONGEST_NUMBER = 100;

    private static final Pattern BEFORE_NAME = Pattern.compile("\\s+[\\p{L}_]");

    /** How strongly operators bind. */
    private static final Map<String, Integer> PRECEDENCE = Map.ofEntries(
            Map.entry("||", 1),
            Map.entry("&&", 2),
            Map.entry("==", 3),
            Map.entry("!=", 3),
            Map.entry("<", 4),
            Map.entry("<=", 4),
            Map.entry(">", 4),
            Map.entry(">=", 4),
            Map.entry("+", 5),
            Map.entry("-", 5),
            Map.entry("*", 6),
            Map.entry("/", 6),
            Map.entry("%", 6));

    private final Tokens tokens;
    private final TemplateParser templates;
    private int depth;
    private int braces;

    ExpressionParser(Tokens tokens, Faults faults, boolean verbatim) {
        this.tokens = tokens;
        this.templates = new TemplateParser(tokens, this, faults, verbatim);
    }

    /** Parses an expression from the token on; afterwards the token is the one behind it. */
    Expression expression() {
        Position start = tokens.token().position();
        enter(start);
        try {
            Expression condition = binary(1);
            if (!tokens.token().is("?") || !tokens.continuesLine()) {
                return condition;
            }
            tokens.advance();
            Expression yes = expression();
            expect(":", "in a condition, A ? B : C");
            return new Expression.Conditional(condition, yes, expression(), start);
        } finally {
            depth--;
        }
    }

    /** Begins something nested. */
    private void enter(Position start) {
        if (depth >= DEEPEST) {
            throw new TextFaultException(start, "nested more than " + DEEPEST + " deep: flatten the file");
        }
        depth++;
    }

    private Expression binary(int weakest) {
        Expression left = unary();
        for (int i = 0; ; i++) {
            Token operator = tokens.token();
            int precedence = operator.is(Kind.SIGN) ? PRECEDENCE.getOrDefault(operator.text(), 0) : 0;
            if (precedence < weakest || !tokens.continuesLine()) {
                return left;
            }
            if (i == LONGEST_CHAIN) {
                throw new TextFaultException(
                        operator.position(), "more than " + LONGEST_CHAIN + " operators in a row: use locals");
            }
            tokens.advance();
            left = new Expression.Binary(operator.text(), left, binary(precedence + 1));
        }
    }

    private Expression unary() {
        Token operator = tokens.token();
        if (!operator.is("-") && !operator.is("!")) {
            return steps(primary());
        }
        tokens.advance();
        enter(operator.position());
        try {
            Expression operand = unary();
            boolean negative = operator.is("-")
                    && operand instanceof Expression.Literal literal
                    && literal.value() instanceof Datum.Numeral number
                    && !number.literal().startsWith("-");
            if (negative) {
                Datum.Numeral number = (Datum.Numeral) ((Expression.Literal) operand).value();
                return new Expression.Literal(
                        new Datum.Numeral(number.value().negate(), "-" + number.literal()), operator.position());
            }
            return new Expression.Unary(operator.text(), operand, operator.position());
        } finally {
            depth--;
        }
    }

    private Expression primary() {
        Token first = tokens.token();
        if (first.is(".") && tokens.isBeforeDigit()) {
            tokens.extendFraction();
            return number(tokens.token());
        }
        return switch (first.kind()) {
            case NUMBER -> number(first);
            case NAME -> word(first);
            case QUOTE -> templates.quoted();
            case HEREDOC -> templates.heredoc();
            case SIGN -> bracket(first);
            default -> throw unexpected("a value");
        };
    }

    private Expression bracket(Token first) {
        return switch (first.text()) {
            case "(" -> parenthesized();
            case "[" -> list();
            case "{" -> braces();
            default -> throw unexpected("a value");
        };
    }

    private Expression number(Token token) {
        if (token.text().length() > LONGEST_NUMBER) {
            throw new TextFaultException(
                    token.position(), Excerpt.of(token.text()) + " is too long for a number: put text in quotes");
        }
        String literal = token.text();
        boolean hexadecimal = literal.toLowerCase(Locale.ROOT).startsWith("0x");
        BigDecimal value =
                hexadecimal ? new BigDecimal(new BigInteger(literal.substring(2), 16)) : new BigDecimal(literal);
        tokens.advance();
        return new Expression.Literal(new Datum.Numeral(value, literal), token.position());
    }

    private Expression word(Token word) {
        tokens.advance();
        if (tokens.token().is("(") && tokens.continuesLine()) {
            return call(word);
        }
        return switch (word.text()) {
            case "true", "false" ->
                new Expression.Literal(new Datum.Bool(word.text().equals("true")), word.position());
            case "null" -> new Expression.Literal(Datum.Null.NULL, word.position());
            default -> new Expression.Name(word.text(), word.position());
        };
    }

    private Expression call(Token name) {
        Token open = tokens.token();
        boolean before = open(false);
        List<Expression> arguments = new ArrayList<>();
        boolean expanded = false;
        while (!tokens.token().is(")")) {
            requireMore(open, ")");
            if (expanded) {
                throw unexpected(") after the three dots");
            }
            arguments.add(expression());
            expanded = tokens.token().is("...");
            if (expanded) {
                tokens.advance();
            }
            separate(")", "in the arguments of a function");
        }
        close(before);
        return new Expression.Call(name.text(), arguments, expanded, name.position());
    }

    private Expression parenthesized() {
        Token open = tokens.token();
        boolean before = open(false);
        Expression inner = expression();
        if (!tokens.token().is(")")) {
            requireMore(open, ")");
            throw unexpected(")");
        }
        close(before);
        return inner;
    }

    private Expression list() {
        Token open = tokens.token();
        boolean before = open(false);
        if (tokens.token().isWord("for") && isLoop()) {
            return loop(open, before, "]");
        }
        List<Expression> elements = new ArrayList<>();
        while (!tokens.token().is("]")) {
            requireMore(open, "]");
            elements.add(expression());
            if (!tokens.token().is("]") && !tokens.token().is(",")) {
                requireMore(open, "]");
                throw unexpected(", or ] in a list");
            }
            separate("]", "in a list");
        }
        close(before);
        return new Expression.Tuple(elements, open.position());
    }

    private Expression braces() {
        Token open = tokens.token();
        braces++;
        boolean before = open(true);
        if (tokens.token().isWord("for") && isLoop()) {
            tokens.bindToLine(false);
            return loop(open, before, "}");
        }
        List<Expression.Entry> entries = new ArrayList<>();
        while (!tokens.token().is("}")) {
            requireMore(open, "}");
            entries.add(entry());
            if (tokens.token().is(",")) {
                tokens.advance();
            }
        }
        braces--;
        close(before);
        return new Expression.Braces(entries, open.position());
    }

    private Expression.Entry entry() {
        Expression key = key();
        Token sign = tokens.token();
        // HCL 1 has blocks here.
        if (!sign.is("{")) {
            if (!sign.is("=") && !sign.is(":")) {
                throw unexpected("= after a key");
            }
            tokens.advance();
        }
        return new Expression.Entry(key, expression());
    }

    private Expression key() {
        Token first = tokens.token();
        return switch (first.kind()) {
            case NAME -> {
                tokens.extendName();
                Token name = tokens.token();
                tokens.advance();
                yield literalKey(name);
            }
            case NUMBER -> {
                tokens.advance();
                yield literalKey(first);
            }
            case QUOTE -> templates.quoted();
            case SIGN -> {
                if (!first.is("(")) {
                    throw unexpected("a key");
                }
                yield parenthesized();
            }
            default -> throw unexpected("a key");
        };
    }

    private static Expression literalKey(Token key) {
        return new Expression.Template(List.of(new Expression.TemplatePart.Plain(key.text())), key.position());
    }

    /** Decides whether the token, {@code for}, begins a loop: else it is a name. */
    private boolean isLoop() {
        return tokens.cursor().lookingAt(BEFORE_NAME).isPresent();
    }

    private Expression loop(Token open, boolean before, String closing) {
        Loop loop = loopHead();
        expect(":", "in a for expression");
        Expression first = expression();
        Optional<Expression> key = Optional.empty();
        Expression value = first;
        if (closing.equals("}")) {
            key = Optional.of(first);
            expect("=>", "in a for expression, { for … : KEY => VALUE }");
            value = expression();
        }
        boolean grouped = tokens.token().is("...");
        if (grouped) {
            tokens.advance();
        }
        Optional<Expression> condition = Optional.empty();
        if (tokens.token().isWord("if")) {
            tokens.advance();
            condition = Optional.of(expression());
        }
        if (!tokens.token().is(closing)) {
            requireMore(open, closing);
            throw unexpected(closing + " after a for expression");
        }
        braces -= key.isPresent() ? 1 : 0;
        close(before);
        return new Expression.For(loop, key, value, condition, grouped && key.isPresent(), open.position());
    }

    /** Parses {@code for key, item in collection}; the token is {@code for}. */
    Loop loopHead() {
        tokens.advance();
        String first = loopName();
        Optional<String> second = Optional.empty();
        if (tokens.token().is(",")) {
            tokens.advance();
            second = Optional.of(loopName());
        }
        if (!tokens.token().isWord("in")) {
            throw unexpected("in, as in for ITEM in LIST");
        }
        tokens.advance();
        Expression collection = expression();
        return second.isPresent()
                ? new Loop(Optional.of(first), second.get(), collection)
                : new Loop(Optional.empty(), first, collection);
    }

    private String loopName() {
        Token name = tokens.token();
        if (!name.is(Kind.NAME)) {
            throw unexpected("a name, as in for ITEM in LIST");
        }
        tokens.advance();
        return name.text();
    }

    /** Parses what follows a value: attributes, indexes and splats. */
    private Expression steps(Expression start) {
        Expression value = start;
        for (int i = 0; tokens.continuesLine(); i++) {
            Token sign = tokens.token();
            if (!sign.is(".") && !sign.is("[")) {
                return value;
            }
            if (i == LONGEST_CHAIN) {
                throw new TextFaultException(sign.position(), "more than " + LONGEST_CHAIN + " steps in a row");
            }
            value = sign.is(".") ? afterDot(value) : afterBracket(value);
        }
        return value;
    }

    private Expression afterDot(Expression value) {
        if (tokens.isBeforeDigit()) {
            return oldIndex(value);
        }
        tokens.advance();
        Token name = tokens.token();
        if (name.is("*")) {
            tokens.advance();
            Expression each = new Expression.SplatItem(name.position());
            while (tokens.token().is(".") && tokens.continuesLine()) {
                tokens.advance();
                each = attribute(each);
            }
            return new Expression.Splat(value, each, name.position());
        }
        return attribute(value);
    }

    private Expression attribute(Expression value) {
        Token name = tokens.token();
        if (!name.is(Kind.NAME)) {
            throw unexpected("a name after the dot");
        }
        tokens.advance();
        return new Expression.Attribute(value, name.text(), name.position());
    }

    /** Parses {@code .0}, as in Terraform's old days; the token is the dot. */
    private Expression oldIndex(Expression value) {
        Position position = tokens.cursor().position();
        StringBuilder digits = new StringBuilder();
        while (tokens.isBeforeDigit()) {
            digits.appendCodePoint(tokens.cursor().next());
        }
        if (digits.length() > 9) {
            throw new TextFaultException(position, Excerpt.of(digits.toString()) + " is too large for an index");
        }
        tokens.advance();
        Datum index = Datum.Numeral.of(Long.parseLong(digits.toString()));
        return new Expression.Index(value, new Expression.Literal(index, position), position);
    }

    private Expression afterBracket(Expression value) {
        Token open = tokens.token();
        boolean before = open(false);
        if (tokens.token().is("*")) {
            tokens.advance();
            if (!tokens.token().is("]")) {
                throw unexpected("] after *");
            }
            close(before);
            Expression each = steps(new Expression.SplatItem(open.position()));
            return new Expression.Splat(value, each, open.position());
        }
        Expression key = expression();
        if (!tokens.token().is("]")) {
            requireMore(open, "]");
            throw unexpected("] after an index");
        }
        close(before);
        return new Expression.Index(value, key, open.position());
    }

    private boolean open(boolean bindToLine) {
        enter(tokens.token().position());
        boolean before = tokens.bindToLine(bindToLine);
        tokens.advance();
        return before;
    }

    private void close(boolean before) {
        depth--;
        tokens.bindToLine(before);
        tokens.advance();
    }

    private void separate(String closing, String where) {
        if (tokens.token().is(",")) {
            tokens.advance();
        } else if (!tokens.token().is(closing) && !tokens.token().is(Kind.END)) {
            throw unexpected(", or " + closing + " " + where);
        }
    }

    private void expect(String sign, String where) {
        if (!tokens.token().is(sign)) {
            throw unexpected(sign + " " + where);
        }
        tokens.advance();
    }

    /** Reports a missing bracket at the opening one, since the end of the file tells nothing. */
    private void requireMore(Token open, String closing) {
        if (tokens.token().is(Kind.END)) {
            throw new TextFaultException(open.position(), "this " + open.text() + " is never closed: add " + closing);
        }
    }

    TextFaultException unexpected(String expected) {
        return new TextFaultException(
                tokens.token().position(), "expected " + expected + ", found " + tokens.described());
    }

    /** Counts the nested parts that are open, and the braces among them. */
    record Open(int depth, int braces) {}

    Open open() {
        return new Open(depth, braces);
    }

    /** Forgets what was begun since, after a fault. */
    void reset(Open before) {
        depth = before.depth();
        braces = before.braces();
    }

    /** Returns the parser of quotes and heredocs. */
    TemplateParser templates() {
        return templates;
    }
}
