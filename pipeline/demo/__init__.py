"""What `calmdesk demo` needs beside the product itself: real mail servers in the process, and sample mail."""
