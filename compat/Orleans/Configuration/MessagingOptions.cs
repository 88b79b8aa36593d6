namespace Orleans.Configuration;

public abstract class MessagingOptions
{
    /// <summary>How long a caller waits for a response before it gets a <see cref="TimeoutException"/>.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a call whose caller has given up is dropped if its turn has not begun.</summary>
    /// <value>true.</value>
    public bool DropExpiredMessages { get; set; } = true;
}

public class SiloMessagingOptions : MessagingOptions;
