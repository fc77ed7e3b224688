package dev.tributary.offline;

import java.util.List;

/** A way of printing what is planned. */
@FunctionalInterface
public interface Output {
  String of(List<Planned> sources);
}
