/**
 * What {@code mvn -Pdemo} plays: two services with a database each, the operator, and the database
 * that receives both.
 */
package dev.tributary.demo;
