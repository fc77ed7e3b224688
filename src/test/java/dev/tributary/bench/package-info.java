/** What {@code mvn -Pbench -Dbench=NAME} measures; {@code mvn verify} runs nothing of it. */
package dev.tributary.bench;
