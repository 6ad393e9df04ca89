"""The web application: queue, ticket page, decisions of people, REST API."""
