/** The operator as its users meet it: a process, a Kubernetes API and PostgreSQL servers. */
package dev.tributary.operator;
