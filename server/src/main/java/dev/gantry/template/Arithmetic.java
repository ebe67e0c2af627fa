package dev.gantry.template;

/** Computes with numbers as consul-template does: two integers give an integer, others a floating-point number. */
final class Arithmetic {

    private Arithmetic() {}

    enum Operation {
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        MODULO,
        MINIMUM,
        MAXIMUM
    }

    static Value of(Value one, Value other, Operation operation) {
        if (one instanceof Value.Int a && other instanceof Value.Int b) {
            return new Value.Int(whole(a.value(), b.value(), operation));
        }
        return new Value.Real(real(real(one), real(other), operation));
    }

    private static long whole(long a, long b, Operation operation) {
        return switch (operation) {
            // Overflows wrap around, as in Go.
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / divisor(b);
            case MODULO -> a % divisor(b);
            case MINIMUM -> Math.min(a, b);
            case MAXIMUM -> Math.max(a, b);
        };
    }

    private static long divisor(long number) {
        if (number == 0) {
            throw new TemplateFault("can't divide by 0");
        }
        return number;
    }

    private static double real(double a, double b, Operation operation) {
        return switch (operation) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case MODULO -> throw new TemplateFault("takes only integers");
            case MINIMUM -> Math.min(a, b);
            case MAXIMUM -> Math.max(a, b);
        };
    }

    private static double real(Value value) {
        if (value instanceof Value.Int number) {
            return number.value();
        }
        if (value instanceof Value.Real number) {
            return number.value();
        }
        throw new TemplateFault("a value of the kind %s is no number; parseInt and parseFloat read numbers from texts"
                .formatted(value.kind()));
    }
}
