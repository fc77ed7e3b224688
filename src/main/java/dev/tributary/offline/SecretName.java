package dev.tributary.offline;

/** Which Secret. */
record SecretName(String namespace, String name) {}
