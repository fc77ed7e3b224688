package dev.tributary.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;

/** Reads what a catalog query has put together with json_agg. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static <T> T read(String json, TypeReference<T> type) throws SQLException {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new SQLException("the catalog query returned no JSON", e);
    }
  }
}
